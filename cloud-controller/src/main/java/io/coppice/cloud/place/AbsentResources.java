package io.coppice.cloud.place;

import io.coppice.cloud.front.ActionModule;
import io.coppice.cloud.front.ActionRegistry;
import io.coppice.cloud.front.RequestContext;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import software.amazon.awssdk.services.ec2.model.DescribeAddressesAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeAddressesAttributeResponse;
import software.amazon.awssdk.services.ec2.model.DescribeAddressesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeAddressesResponse;
import software.amazon.awssdk.services.ec2.model.DescribeNatGatewaysRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNatGatewaysResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVpcClassicLinkRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcClassicLinkResponse;

/** Kinds of which this cloud has none: lists are empty, and what is named does not exist. Thread-safe. */
@ApplicationScoped
class AbsentResources implements ActionModule {
    @Override
    public void register(ActionRegistry registry) {
        registry.add(
                ActionRegistry.Service.EC2, "DescribeAddresses", DescribeAddressesRequest::builder, this::addresses);
        registry.add(
                ActionRegistry.Service.EC2,
                "DescribeAddressesAttribute",
                DescribeAddressesAttributeRequest::builder,
                this::addressAttributes);
        registry.add(
                ActionRegistry.Service.EC2,
                "DescribeNatGateways",
                DescribeNatGatewaysRequest::builder,
                this::natGateways);
        registry.add(
                ActionRegistry.Service.EC2,
                "DescribeVpcClassicLink",
                DescribeVpcClassicLinkRequest::builder,
                this::classicLinks);
    }

    DescribeAddressesResponse addresses(RequestContext context, DescribeAddressesRequest request) {
        refuse(request.allocationIds(), "InvalidAllocationID.NotFound", "allocation ID");
        refuse(request.publicIps(), "InvalidAddress.NotFound", "address");
        return DescribeAddressesResponse.builder().addresses(List.of()).build();
    }

    DescribeAddressesAttributeResponse addressAttributes(
            RequestContext context, DescribeAddressesAttributeRequest request) {
        refuse(request.allocationIds(), "InvalidAllocationID.NotFound", "allocation ID");
        return DescribeAddressesAttributeResponse.builder().addresses(List.of()).build();
    }

    DescribeNatGatewaysResponse natGateways(RequestContext context, DescribeNatGatewaysRequest request) {
        refuse(request.natGatewayIds(), "NatGatewayNotFound", "NAT gateway");
        return DescribeNatGatewaysResponse.builder().natGateways(List.of()).build();
    }

    DescribeVpcClassicLinkResponse classicLinks(RequestContext context, DescribeVpcClassicLinkRequest request) {
        return DescribeVpcClassicLinkResponse.builder().vpcs(List.of()).build();
    }

    private static void refuse(List<String> names, String code, String words) {
        if (!names.isEmpty()) {
            throw AwsException.client(code, "The " + words + " '" + names.getFirst() + "' does not exist");
        }
    }
}
