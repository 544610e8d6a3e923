package io.coppice.cloud.network.subnet;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.NetworkConfig;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.network.vpc.Vpcs;
import io.coppice.cloud.place.Zones;
import io.coppice.cloud.tag.TagRules;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.AssociateSubnetCidrBlockRequest;
import software.amazon.awssdk.services.ec2.model.AssociateSubnetCidrBlockResponse;
import software.amazon.awssdk.services.ec2.model.CreateSubnetRequest;
import software.amazon.awssdk.services.ec2.model.CreateSubnetResponse;
import software.amazon.awssdk.services.ec2.model.DeleteSubnetRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSubnetResponse;
import software.amazon.awssdk.services.ec2.model.DisassociateSubnetCidrBlockRequest;
import software.amazon.awssdk.services.ec2.model.DisassociateSubnetCidrBlockResponse;
import software.amazon.awssdk.services.ec2.model.SubnetCidrBlockStateCode;

/** CreateSubnet, DeleteSubnet, AssociateSubnetCidrBlock and DisassociateSubnetCidrBlock. Thread-safe. */
@ApplicationScoped
class SubnetActions implements ActionModule {
    private static final String IPV6_ASSOCIATION_PREFIX = "subnet-cidr-assoc-";

    private final NetworkLedger ledger;
    private final Vpcs vpcs;
    private final Subnets subnets;
    private final SubnetAnswers answers;
    private final Zones zones;
    private final NetworkConfig config;

    SubnetActions(
            NetworkLedger ledger,
            Vpcs vpcs,
            Subnets subnets,
            SubnetAnswers answers,
            Zones zones,
            NetworkConfig config) {
        this.ledger = ledger;
        this.vpcs = vpcs;
        this.subnets = subnets;
        this.answers = answers;
        this.zones = zones;
        this.config = config;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(Service.EC2, "CreateSubnet", CreateSubnetRequest::builder, this::create);
        registry.add(Service.EC2, "DeleteSubnet", DeleteSubnetRequest::builder, this::delete);
        registry.add(
                Service.EC2, "AssociateSubnetCidrBlock", AssociateSubnetCidrBlockRequest::builder, this::associate);
        registry.add(
                Service.EC2,
                "DisassociateSubnetCidrBlock",
                DisassociateSubnetCidrBlockRequest::builder,
                this::disassociate);
    }

    CreateSubnetResponse create(RequestContext context, CreateSubnetRequest request) {
        var vpcId = NetworkErrors.required(request.vpcId(), "VpcId");
        if (Boolean.TRUE.equals(request.ipv6Native())) {
            throw NetworkErrors.unsupported("Subnets of this cloud always have a range of IPv4: give a CidrBlock.");
        }
        if (request.outpostArn() != null || request.ipv4IpamPoolId() != null || request.ipv6IpamPoolId() != null) {
            throw NetworkErrors.unsupported("There are no outposts and no IPAM pools in this cloud.");
        }
        var range = SubnetRanges.read(request.cidrBlock());
        var zone = zone(request.availabilityZone(), request.availabilityZoneId());
        var tags = TagRules.of(request.tagSpecifications(), NetworkKind.SUBNET.resourceType());
        return ledger.call(context, entities -> {
            vpcs.change(entities, context.account(), vpcId);
            var others = subnets.in(entities, vpcId);
            SubnetRanges.checkFits(vpcs.ranges(entities, vpcId), others, range);
            if (others.size() >= config.maxSubnets()) {
                throw NetworkErrors.limit("SubnetLimitExceeded", "subnets of a VPC", config.maxSubnets());
            }
            var wanted = new Subnets.Wanted(vpcId, zone, range, false);
            var subnet = subnets.make(entities, context.account(), wanted, null);
            if (request.ipv6CidrBlock() != null && !request.ipv6CidrBlock().isEmpty()) {
                addIpv6(entities, subnet, request.ipv6CidrBlock());
            }
            ledger.made(
                    context,
                    NetworkKind.SUBNET,
                    subnet.id,
                    tags,
                    Map.of("vpc", vpcId, "cidr_block", range.toString(), "zone", zone));
            return CreateSubnetResponse.builder()
                    .subnet(answers.of(entities, context.account(), subnet))
                    .build();
        });
    }

    private void addIpv6(EntityManager entities, SubnetRow subnet, String given) {
        var range = SubnetRanges.readIpv6(given);
        SubnetRanges.checkFits(vpcs.ranges(entities, subnet.vpcId), subnets.in(entities, subnet.vpcId), range);
        subnet.ipv6CidrBlock = range.toString();
        subnet.ipv6AssociationId = NetworkKind.newId(IPV6_ASSOCIATION_PREFIX);
        entities.flush();
    }

    DeleteSubnetResponse delete(RequestContext context, DeleteSubnetRequest request) {
        var id = NetworkErrors.required(request.subnetId(), "SubnetId");
        ledger.run(context, entities -> {
            var subnet = subnets.change(entities, context.account(), id);
            if (subnets.holds(entities, id)) {
                throw NetworkErrors.inUse(NetworkKind.SUBNET, id);
            }
            subnets.remove(entities, subnet);
            ledger.removed(context, NetworkKind.SUBNET, id);
        });
        return DeleteSubnetResponse.builder().build();
    }

    AssociateSubnetCidrBlockResponse associate(RequestContext context, AssociateSubnetCidrBlockRequest request) {
        var id = NetworkErrors.required(request.subnetId(), "SubnetId");
        var given = NetworkErrors.required(request.ipv6CidrBlock(), "Ipv6CidrBlock");
        return ledger.call(context, entities -> {
            var subnet = subnets.change(entities, context.account(), id);
            if (subnet.ipv6CidrBlock != null) {
                throw NetworkErrors.limit("SubnetCidrLimitExceeded", "IPv6 ranges of a subnet", 1);
            }
            addIpv6(entities, subnet, given);
            ledger.record(context, NetworkKind.SUBNET, id, "modified", Map.of("added_cidr_block", given));
            return AssociateSubnetCidrBlockResponse.builder()
                    .subnetId(id)
                    .ipv6CidrBlockAssociation(SubnetAnswers.ipv6(subnet, SubnetCidrBlockStateCode.ASSOCIATING))
                    .build();
        });
    }

    DisassociateSubnetCidrBlockResponse disassociate(
            RequestContext context, DisassociateSubnetCidrBlockRequest request) {
        var association = NetworkErrors.required(request.associationId(), "AssociationId");
        return ledger.call(context, entities -> {
            var found = entities.createQuery(
                            "select s.id from SubnetRow s where s.ipv6AssociationId = :association"
                                    + " and s.accountId = :account",
                            String.class)
                    .setParameter("association", association)
                    .setParameter("account", context.account().value())
                    .getResultList();
            if (found.isEmpty()) {
                throw SubnetErrors.associationNotFound(association);
            }
            var subnet = subnets.change(entities, context.account(), found.getFirst());
            if (!association.equals(subnet.ipv6AssociationId)) {
                throw SubnetErrors.associationNotFound(association);
            }
            if (subnets.holdsIpv6(entities, subnet.id)) {
                throw NetworkErrors.dependency(
                        "The IPv6 range of " + subnet.id + " has addresses in use: unassign them first.");
            }
            var answer = SubnetAnswers.ipv6(subnet, SubnetCidrBlockStateCode.DISASSOCIATING);
            subnet.ipv6CidrBlock = null;
            subnet.ipv6AssociationId = null;
            subnet.assignIpv6 = false;
            ledger.record(
                    context, NetworkKind.SUBNET, subnet.id, "modified", Map.of("removed_cidr_block", association));
            return DisassociateSubnetCidrBlockResponse.builder()
                    .subnetId(subnet.id)
                    .ipv6CidrBlockAssociation(answer)
                    .build();
        });
    }

    private String zone(@Nullable String name, @Nullable String id) {
        // Subnets have another code for this than everything else.
        if (id != null && !id.isEmpty()) {
            var known = zones.all().stream().map(Zones::idOf).toList();
            return zones.withId(id).orElseThrow(() -> SubnetErrors.zone(id, String.join(", ", known)));
        }
        return name == null || name.isEmpty()
                ? zones.standard()
                : zones.find(name).orElseThrow(() -> SubnetErrors.zone(name, String.join(", ", zones.all())));
    }
}
