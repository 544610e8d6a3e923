package io.coppice.cloud.network.vpc;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.NetworkConfig;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.network.acl.NetworkAcls;
import io.coppice.cloud.network.dhcp.DhcpOptionSets;
import io.coppice.cloud.store.PlainSql;
import io.coppice.cloud.tag.TagRules;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CreateVpcRequest;
import software.amazon.awssdk.services.ec2.model.CreateVpcResponse;
import software.amazon.awssdk.services.ec2.model.DeleteVpcRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVpcResponse;
import software.amazon.awssdk.services.ec2.model.ModifyVpcTenancyRequest;
import software.amazon.awssdk.services.ec2.model.ModifyVpcTenancyResponse;

/** CreateVpc, DeleteVpc and ModifyVpcTenancy. Thread-safe. */
@ApplicationScoped
class VpcActions implements ActionModule {
    private static final String DEFAULT_TENANCY = "default";

    private final NetworkLedger ledger;
    private final Vpcs vpcs;
    private final VpcAnswers answers;
    private final VpcRanges ranges;
    private final DhcpOptionSets dhcpOptions;
    private final NetworkAcls acls;
    private final NetworkConfig config;

    VpcActions(
            NetworkLedger ledger,
            Vpcs vpcs,
            VpcAnswers answers,
            VpcRanges ranges,
            DhcpOptionSets dhcpOptions,
            NetworkAcls acls,
            NetworkConfig config) {
        this.ledger = ledger;
        this.vpcs = vpcs;
        this.answers = answers;
        this.ranges = ranges;
        this.dhcpOptions = dhcpOptions;
        this.acls = acls;
        this.config = config;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(Service.EC2, "CreateVpc", CreateVpcRequest::builder, this::create);
        registry.add(Service.EC2, "DeleteVpc", DeleteVpcRequest::builder, this::delete);
        registry.add(Service.EC2, "ModifyVpcTenancy", ModifyVpcTenancyRequest::builder, this::modifyTenancy);
    }

    CreateVpcResponse create(RequestContext context, CreateVpcRequest request) {
        var range = VpcRanges.read(request.cidrBlock());
        var tenancy = tenancy(request.instanceTenancyAsString());
        if (request.ipv4IpamPoolId() != null || request.ipv6IpamPoolId() != null) {
            throw NetworkErrors.unsupported("There are no IPAM pools in this cloud: give a CIDR block.");
        }
        if (request.ipv6CidrBlock() != null || request.ipv6Pool() != null) {
            throw NetworkErrors.unsupported(
                    "This cloud gives IPv6 ranges of its own pool only: use AmazonProvidedIpv6CidrBlock.");
        }
        var tags = TagRules.of(request.tagSpecifications(), NetworkKind.VPC.resourceType());
        return ledger.call(context, entities -> {
            PlainSql.lock(entities, "VPCs " + context.account());
            if (vpcs.all(entities, context.account()).size() >= config.maxPerAccount()) {
                throw NetworkErrors.limit("VpcLimitExceeded", "VPCs", config.maxPerAccount());
            }
            var options = dhcpOptions.standard(entities, context.account(), null);
            var wanted = new Vpcs.Wanted(range, false, tenancy, options);
            var vpc = vpcs.make(entities, context.account(), wanted, null);
            if (Boolean.TRUE.equals(request.amazonProvidedIpv6CidrBlock())) {
                var ipv6 = ranges.freeIpv6(entities);
                vpcs.addRange(entities, vpc.id, ipv6, NetworkKind.newId(Vpcs.ASSOCIATION_PREFIX));
                acls.allowIpv6(entities, vpc.id);
            }
            ledger.made(context, NetworkKind.VPC, vpc.id, tags, Map.of("cidr_block", range.toString()));
            return CreateVpcResponse.builder()
                    .vpc(answers.of(entities, context.account(), vpc))
                    .build();
        });
    }

    DeleteVpcResponse delete(RequestContext context, DeleteVpcRequest request) {
        var id = NetworkErrors.required(request.vpcId(), "VpcId");
        ledger.run(context, entities -> {
            var vpc = vpcs.change(entities, context.account(), id);
            if (vpcs.holds(entities, id)) {
                throw NetworkErrors.inUse(NetworkKind.VPC, id);
            }
            vpcs.remove(entities, vpc);
            ledger.removed(context, NetworkKind.VPC, id);
        });
        return DeleteVpcResponse.builder().build();
    }

    ModifyVpcTenancyResponse modifyTenancy(RequestContext context, ModifyVpcTenancyRequest request) {
        var id = NetworkErrors.required(request.vpcId(), "VpcId");
        var wanted = NetworkErrors.required(request.instanceTenancyAsString(), "InstanceTenancy");
        if (!wanted.equals(DEFAULT_TENANCY)) {
            throw NetworkErrors.invalid("instanceTenancy", wanted, "Expecting default.");
        }
        ledger.run(context, entities -> {
            // Hosts do not know the tenancy, so no generation rises.
            vpcs.require(entities, context.account(), id).tenancy = wanted;
            ledger.record(context, NetworkKind.VPC, id, "modified", Map.of("tenancy", wanted));
        });
        return ModifyVpcTenancyResponse.builder().returnValue(true).build();
    }

    private static String tenancy(@Nullable String given) {
        if (given == null || given.isEmpty() || given.equals(DEFAULT_TENANCY)) {
            return DEFAULT_TENANCY;
        }
        if (given.equals("dedicated")) {
            throw NetworkErrors.unsupported("There are no dedicated hosts in this cloud: use the tenancy default.");
        }
        throw NetworkErrors.invalid("instanceTenancy", given, "Expecting default or dedicated.");
    }
}
