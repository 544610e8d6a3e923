package io.coppice.cloud.place;

import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.query.Pages;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import software.amazon.awssdk.services.ec2.model.AttributeBooleanValue;
import software.amazon.awssdk.services.ec2.model.AttributeValue;
import software.amazon.awssdk.services.ec2.model.DescribeDhcpOptionsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeDhcpOptionsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeSubnetsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVpcAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcAttributeResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVpcsResponse;
import software.amazon.awssdk.services.ec2.model.DhcpConfiguration;
import software.amazon.awssdk.services.ec2.model.DhcpOptions;
import software.amazon.awssdk.services.ec2.model.Subnet;
import software.amazon.awssdk.services.ec2.model.SubnetState;
import software.amazon.awssdk.services.ec2.model.Tenancy;
import software.amazon.awssdk.services.ec2.model.Vpc;
import software.amazon.awssdk.services.ec2.model.VpcCidrBlockAssociation;
import software.amazon.awssdk.services.ec2.model.VpcCidrBlockState;
import software.amazon.awssdk.services.ec2.model.VpcCidrBlockStateCode;
import software.amazon.awssdk.services.ec2.model.VpcState;

/** The default VPC, its subnet and its DHCP options. Thread-safe. */
@ApplicationScoped
class VpcActions implements FlatActionModule {
    private static final NetworkListing<Vpc> VPCS = new NetworkListing<>(
            NetworkKind.VPC,
            Vpc::vpcId,
            Filters.<Vpc>builder()
                    .value("vpc-id", Vpc::vpcId)
                    .value("cidr", Vpc::cidrBlock)
                    .value("cidr-block-association.cidr-block", Vpc::cidrBlock)
                    .value(
                            "cidr-block-association.association-id",
                            vpc -> vpc.cidrBlockAssociationSet().getFirst().associationId())
                    .value("cidr-block-association.state", vpc -> "associated")
                    .value("dhcp-options-id", Vpc::dhcpOptionsId)
                    .value("is-default", Vpc::isDefault)
                    .value("isDefault", Vpc::isDefault)
                    .value("owner-id", Vpc::ownerId)
                    .value("state", Vpc::stateAsString)
                    .never(
                            "ipv6-cidr-block-association.ipv6-cidr-block",
                            "ipv6-cidr-block-association.ipv6-pool",
                            "ipv6-cidr-block-association.association-id",
                            "ipv6-cidr-block-association.state")
                    .tags(NetworkTags.asMap(Vpc::tags))
                    .build());

    private static final NetworkListing<Subnet> SUBNETS = new NetworkListing<>(
            NetworkKind.SUBNET,
            Subnet::subnetId,
            Filters.<Subnet>builder()
                    .value("subnet-id", Subnet::subnetId)
                    .value("vpc-id", Subnet::vpcId)
                    .value("availability-zone", Subnet::availabilityZone)
                    .value("availabilityZone", Subnet::availabilityZone)
                    .value("availability-zone-id", Subnet::availabilityZoneId)
                    .value("available-ip-address-count", Subnet::availableIpAddressCount)
                    .value("cidr-block", Subnet::cidrBlock)
                    .value("cidr", Subnet::cidrBlock)
                    .value("default-for-az", Subnet::defaultForAz)
                    .value("defaultForAz", Subnet::defaultForAz)
                    .value("map-public-ip-on-launch", Subnet::mapPublicIpOnLaunch)
                    .value("owner-id", Subnet::ownerId)
                    .value("state", Subnet::stateAsString)
                    .value("subnet-arn", Subnet::subnetArn)
                    .value("cidrBlock", Subnet::cidrBlock)
                    .value("enable-dns64", subnet -> false)
                    .value("ipv6-native", subnet -> false)
                    .value("map-customer-owned-ip-on-launch", subnet -> false)
                    .value("private-dns-name-options-on-launch.hostname-type", subnet -> "ip-name")
                    .value("private-dns-name-options-on-launch.enable-resource-name-dns-a-record", subnet -> false)
                    .value("private-dns-name-options-on-launch.enable-resource-name-dns-aaaa-record", subnet -> false)
                    .never(
                            "customer-owned-ipv4-pool",
                            "enable-lni-at-device-index",
                            "ipv6-cidr-block-association.ipv6-cidr-block",
                            "ipv6-cidr-block-association.association-id",
                            "ipv6-cidr-block-association.state",
                            "outpost-arn")
                    .tags(NetworkTags.asMap(Subnet::tags))
                    .build());

    private static final NetworkListing<DhcpOptions> DHCP = new NetworkListing<>(
            NetworkKind.DHCP_OPTIONS,
            DhcpOptions::dhcpOptionsId,
            Filters.<DhcpOptions>builder()
                    .value("dhcp-options-id", DhcpOptions::dhcpOptionsId)
                    .value("owner-id", DhcpOptions::ownerId)
                    .values("key", options -> options.dhcpConfigurations().stream()
                            .map(DhcpConfiguration::key)
                            .toList())
                    .values("value", options -> options.dhcpConfigurations().stream()
                            .flatMap(each -> each.values().stream().map(AttributeValue::value))
                            .toList())
                    .tags(NetworkTags.asMap(DhcpOptions::tags))
                    .build());

    private final DefaultNetwork networks;
    private final Zones zones;
    private final NetworkTags tags;
    private final Pages pages;

    VpcActions(DefaultNetwork networks, Zones zones, NetworkTags tags, Pages pages) {
        this.networks = networks;
        this.zones = zones;
        this.tags = tags;
        this.pages = pages;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!networks.flat()) {
            return;
        }
        registry.add(ActionRegistry.Service.EC2, "DescribeVpcs", DescribeVpcsRequest::builder, this::vpcs);
        registry.add(ActionRegistry.Service.EC2, "DescribeSubnets", DescribeSubnetsRequest::builder, this::subnets);
        registry.add(
                ActionRegistry.Service.EC2, "DescribeDhcpOptions", DescribeDhcpOptionsRequest::builder, this::dhcp);
        registry.add(
                ActionRegistry.Service.EC2,
                "DescribeVpcAttribute",
                DescribeVpcAttributeRequest::builder,
                this::attribute);
    }

    DescribeVpcsResponse vpcs(RequestContext context, DescribeVpcsRequest request) {
        var network = networks.of(context.account());
        var vpc = Vpc.builder()
                .vpcId(network.vpcId())
                .cidrBlock(network.cidr())
                .cidrBlockAssociationSet(VpcCidrBlockAssociation.builder()
                        .associationId(network.id("vpc-cidr-assoc-", "cidr"))
                        .cidrBlock(network.cidr())
                        .cidrBlockState(VpcCidrBlockState.builder()
                                .state(VpcCidrBlockStateCode.ASSOCIATED)
                                .build())
                        .build())
                .dhcpOptionsId(network.dhcpOptionsId())
                .instanceTenancy(Tenancy.DEFAULT)
                .isDefault(true)
                .ownerId(context.account().value())
                .state(VpcState.AVAILABLE)
                .tags(tags.of(context.account(), network.vpcId()))
                .build();
        var query = new NetworkListing.Query(
                request.vpcIds(), request.filters(), request.maxResults(), request.nextToken());
        var page = VPCS.read(pages, context, List.of(vpc), query);
        return DescribeVpcsResponse.builder()
                .vpcs(page.rows())
                .nextToken(page.nextToken())
                .build();
    }

    DescribeSubnetsResponse subnets(RequestContext context, DescribeSubnetsRequest request) {
        var network = networks.of(context.account());
        var subnet = Subnet.builder()
                .subnetId(network.subnetId())
                .subnetArn("arn:aws:ec2:" + zones.region() + ":" + context.account() + ":subnet/" + network.subnetId())
                .vpcId(network.vpcId())
                .cidrBlock(network.cidr())
                .availabilityZone(network.zone())
                .availabilityZoneId(Zones.idOf(network.zone()))
                .availableIpAddressCount(Cidr.usableAddresses(network.cidr()))
                .defaultForAz(true)
                .mapPublicIpOnLaunch(false)
                .assignIpv6AddressOnCreation(false)
                .ownerId(context.account().value())
                .state(SubnetState.AVAILABLE)
                .tags(tags.of(context.account(), network.subnetId()))
                .build();
        var query = new NetworkListing.Query(
                request.subnetIds(), request.filters(), request.maxResults(), request.nextToken());
        var page = SUBNETS.read(pages, context, List.of(subnet), query);
        return DescribeSubnetsResponse.builder()
                .subnets(page.rows())
                .nextToken(page.nextToken())
                .build();
    }

    DescribeDhcpOptionsResponse dhcp(RequestContext context, DescribeDhcpOptionsRequest request) {
        var network = networks.of(context.account());
        var options = DhcpOptions.builder()
                .dhcpOptionsId(network.dhcpOptionsId())
                .dhcpConfigurations(DhcpConfiguration.builder()
                        .key("domain-name-servers")
                        .values(AttributeValue.builder()
                                .value("AmazonProvidedDNS")
                                .build())
                        .build())
                .ownerId(context.account().value())
                .tags(tags.of(context.account(), network.dhcpOptionsId()))
                .build();
        var query = new NetworkListing.Query(
                request.dhcpOptionsIds(), request.filters(), request.maxResults(), request.nextToken());
        var page = DHCP.read(pages, context, List.of(options), query);
        return DescribeDhcpOptionsResponse.builder()
                .dhcpOptions(page.rows())
                .nextToken(page.nextToken())
                .build();
    }

    DescribeVpcAttributeResponse attribute(RequestContext context, DescribeVpcAttributeRequest request) {
        var id = request.vpcId();
        if (id == null) {
            throw PlaceErrors.missing("VpcId");
        }
        NetworkKind.VPC.check(id);
        if (!networks.of(context.account()).vpcId().equals(id)) {
            throw NetworkKind.VPC.notFound(id);
        }
        var answer = DescribeVpcAttributeResponse.builder().vpcId(id);
        switch (String.valueOf(request.attributeAsString())) {
            case "enableDnsSupport" -> answer.enableDnsSupport(flag(true));
            case "enableDnsHostnames" -> answer.enableDnsHostnames(flag(true));
            case "enableNetworkAddressUsageMetrics" -> answer.enableNetworkAddressUsageMetrics(flag(false));
            case "null" -> throw PlaceErrors.missing("Attribute");
            default ->
                throw AwsException.client(
                        "InvalidParameterValue",
                        "Value (" + request.attributeAsString() + ") for parameter attribute is invalid");
        }
        return answer.build();
    }

    private static AttributeBooleanValue flag(boolean value) {
        return AttributeBooleanValue.builder().value(value).build();
    }
}
