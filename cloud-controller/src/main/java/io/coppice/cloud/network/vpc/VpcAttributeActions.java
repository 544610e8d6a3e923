package io.coppice.cloud.network.vpc;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.NetworkErrors;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.NetworkLedger;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.AttributeBooleanValue;
import software.amazon.awssdk.services.ec2.model.DescribeVpcAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcAttributeResponse;
import software.amazon.awssdk.services.ec2.model.ModifyVpcAttributeRequest;
import software.amazon.awssdk.services.ec2.model.ModifyVpcAttributeResponse;

/** DescribeVpcAttribute and ModifyVpcAttribute. Thread-safe. */
@ApplicationScoped
class VpcAttributeActions implements ActionModule {
    private final NetworkLedger ledger;
    private final Vpcs vpcs;

    VpcAttributeActions(NetworkLedger ledger, Vpcs vpcs) {
        this.ledger = ledger;
        this.vpcs = vpcs;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(Service.EC2, "DescribeVpcAttribute", DescribeVpcAttributeRequest::builder, this::describe);
        registry.add(Service.EC2, "ModifyVpcAttribute", ModifyVpcAttributeRequest::builder, this::modify);
    }

    DescribeVpcAttributeResponse describe(RequestContext context, DescribeVpcAttributeRequest request) {
        var id = NetworkErrors.required(request.vpcId(), "VpcId");
        var attribute = NetworkErrors.required(request.attributeAsString(), "Attribute");
        return ledger.call(context, entities -> {
                    var vpc = vpcs.require(entities, context.account(), id);
                    var answer = DescribeVpcAttributeResponse.builder().vpcId(id);
                    return switch (attribute) {
                        case "enableDnsSupport" -> answer.enableDnsSupport(flag(vpc.dnsSupport));
                        case "enableDnsHostnames" -> answer.enableDnsHostnames(flag(vpc.dnsHostnames));
                        case "enableNetworkAddressUsageMetrics" ->
                            answer.enableNetworkAddressUsageMetrics(flag(vpc.usageMetrics));
                        default -> throw NetworkErrors.invalid("attribute", attribute, "There is no such attribute.");
                    };
                })
                .build();
    }

    ModifyVpcAttributeResponse modify(RequestContext context, ModifyVpcAttributeRequest request) {
        var id = NetworkErrors.required(request.vpcId(), "VpcId");
        var wanted = new HashMap<String, Boolean>();
        put(wanted, "enableDnsSupport", request.enableDnsSupport());
        put(wanted, "enableDnsHostnames", request.enableDnsHostnames());
        put(wanted, "enableNetworkAddressUsageMetrics", request.enableNetworkAddressUsageMetrics());
        if (wanted.size() != 1) {
            throw wanted.isEmpty()
                    ? NetworkErrors.missing("EnableDnsSupport or EnableDnsHostnames")
                    : NetworkErrors.combination("Only one attribute can be modified at a time: " + wanted.keySet());
        }
        if (Boolean.TRUE.equals(wanted.get("enableNetworkAddressUsageMetrics"))) {
            throw NetworkErrors.unsupported("This cloud does not count the addresses in use of a VPC.");
        }
        ledger.run(context, entities -> {
            var vpc = vpcs.change(entities, context.account(), id);
            vpc.dnsSupport = wanted.getOrDefault("enableDnsSupport", vpc.dnsSupport);
            vpc.dnsHostnames = wanted.getOrDefault("enableDnsHostnames", vpc.dnsHostnames);
            ledger.record(context, NetworkKind.VPC, id, "modified", wanted);
        });
        return ModifyVpcAttributeResponse.builder().build();
    }

    private static void put(HashMap<String, Boolean> wanted, String name, @Nullable AttributeBooleanValue value) {
        if (value != null && value.value() != null) {
            wanted.put(name, value.value());
        }
    }

    private static AttributeBooleanValue flag(boolean value) {
        return AttributeBooleanValue.builder().value(value).build();
    }
}
