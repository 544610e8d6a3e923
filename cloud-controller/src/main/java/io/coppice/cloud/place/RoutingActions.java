package io.coppice.cloud.place;

import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.query.Pages;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import software.amazon.awssdk.services.ec2.model.DescribeInternetGatewaysRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInternetGatewaysResponse;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkAclsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeNetworkAclsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeRouteTablesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeRouteTablesResponse;
import software.amazon.awssdk.services.ec2.model.InternetGateway;
import software.amazon.awssdk.services.ec2.model.InternetGatewayAttachment;
import software.amazon.awssdk.services.ec2.model.NetworkAcl;
import software.amazon.awssdk.services.ec2.model.NetworkAclAssociation;
import software.amazon.awssdk.services.ec2.model.NetworkAclEntry;
import software.amazon.awssdk.services.ec2.model.Route;
import software.amazon.awssdk.services.ec2.model.RouteOrigin;
import software.amazon.awssdk.services.ec2.model.RouteState;
import software.amazon.awssdk.services.ec2.model.RouteTable;
import software.amazon.awssdk.services.ec2.model.RouteTableAssociation;
import software.amazon.awssdk.services.ec2.model.RouteTableAssociationState;
import software.amazon.awssdk.services.ec2.model.RouteTableAssociationStateCode;
import software.amazon.awssdk.services.ec2.model.RuleAction;

/** The default network's main route table, internet gateway and network ACL. Thread-safe. */
@ApplicationScoped
class RoutingActions implements FlatActionModule {
    private static final String EVERYWHERE = "0.0.0.0/0";
    private static final int ALLOW_RULE = 100;
    /** AWS shows it as "*": what no other rule took. */
    private static final int LAST_RULE = 32_767;

    private static final NetworkListing<RouteTable> TABLES = new NetworkListing<>(
            NetworkKind.ROUTE_TABLE,
            RouteTable::routeTableId,
            Filters.<RouteTable>builder()
                    .value("route-table-id", RouteTable::routeTableId)
                    .value("vpc-id", RouteTable::vpcId)
                    .value("owner-id", RouteTable::ownerId)
                    .value("association.main", table -> true)
                    .value("association.route-table-id", RouteTable::routeTableId)
                    .value(
                            "association.route-table-association-id",
                            table -> table.associations().getFirst().routeTableAssociationId())
                    // Subnets without a table of their own use the main one, which does not name them.
                    .values("association.subnet-id", table -> List.of())
                    .values("association.gateway-id", table -> List.of())
                    .values("route.destination-cidr-block", table -> table.routes().stream()
                            .map(Route::destinationCidrBlock)
                            .toList())
                    .values("route.gateway-id", table -> table.routes().stream()
                            .map(Route::gatewayId)
                            .toList())
                    .never(
                            "route.destination-ipv6-cidr-block",
                            "route.destination-prefix-list-id",
                            "route.egress-only-internet-gateway-id",
                            "route.instance-id",
                            "route.nat-gateway-id",
                            "route.transit-gateway-id",
                            "route.vpc-peering-connection-id")
                    .values("route.origin", table -> table.routes().stream()
                            .map(Route::originAsString)
                            .toList())
                    .values("route.state", table -> table.routes().stream()
                            .map(Route::stateAsString)
                            .toList())
                    .tags(NetworkTags.asMap(RouteTable::tags))
                    .build());

    private static final NetworkListing<InternetGateway> GATEWAYS = new NetworkListing<>(
            NetworkKind.INTERNET_GATEWAY,
            InternetGateway::internetGatewayId,
            Filters.<InternetGateway>builder()
                    .value("internet-gateway-id", InternetGateway::internetGatewayId)
                    .value("owner-id", InternetGateway::ownerId)
                    .value(
                            "attachment.vpc-id",
                            gateway -> gateway.attachments().getFirst().vpcId())
                    .value(
                            "attachment.state",
                            gateway -> gateway.attachments().getFirst().stateAsString())
                    .tags(NetworkTags.asMap(InternetGateway::tags))
                    .build());

    private static final NetworkListing<NetworkAcl> ACLS = new NetworkListing<>(
            NetworkKind.NETWORK_ACL,
            NetworkAcl::networkAclId,
            Filters.<NetworkAcl>builder()
                    .value("network-acl-id", NetworkAcl::networkAclId)
                    .value("association.network-acl-id", NetworkAcl::networkAclId)
                    .value(
                            "association.association-id",
                            acl -> acl.associations().getFirst().networkAclAssociationId())
                    .value(
                            "association.subnet-id",
                            acl -> acl.associations().getFirst().subnetId())
                    .value("default", NetworkAcl::isDefault)
                    .value("vpc-id", NetworkAcl::vpcId)
                    .value("owner-id", NetworkAcl::ownerId)
                    .value("entry.cidr", acl -> EVERYWHERE)
                    .value("entry.protocol", acl -> "-1")
                    .values("entry.rule-action", acl -> List.of("allow", "deny"))
                    .values("entry.rule-number", acl -> List.of(ALLOW_RULE, LAST_RULE))
                    .never(
                            "entry.icmp.code",
                            "entry.icmp.type",
                            "entry.ipv6-cidr",
                            "entry.port-range.from",
                            "entry.port-range.to")
                    .values("entry.egress", acl -> List.of(true, false))
                    .tags(NetworkTags.asMap(NetworkAcl::tags))
                    .build());

    private final DefaultNetwork networks;
    private final NetworkTags tags;
    private final Pages pages;

    RoutingActions(DefaultNetwork networks, NetworkTags tags, Pages pages) {
        this.networks = networks;
        this.tags = tags;
        this.pages = pages;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!networks.flat()) {
            return;
        }
        registry.add(
                ActionRegistry.Service.EC2, "DescribeRouteTables", DescribeRouteTablesRequest::builder, this::tables);
        registry.add(
                ActionRegistry.Service.EC2,
                "DescribeInternetGateways",
                DescribeInternetGatewaysRequest::builder,
                this::gateways);
        registry.add(
                ActionRegistry.Service.EC2, "DescribeNetworkAcls", DescribeNetworkAclsRequest::builder, this::acls);
    }

    DescribeRouteTablesResponse tables(RequestContext context, DescribeRouteTablesRequest request) {
        var network = networks.of(context.account());
        var table = RouteTable.builder()
                .routeTableId(network.routeTableId())
                .vpcId(network.vpcId())
                .ownerId(context.account().value())
                .associations(RouteTableAssociation.builder()
                        .main(true)
                        .routeTableAssociationId(network.id("rtbassoc-", "main-association"))
                        .routeTableId(network.routeTableId())
                        .associationState(RouteTableAssociationState.builder()
                                .state(RouteTableAssociationStateCode.ASSOCIATED)
                                .build())
                        .build())
                .propagatingVgws(List.of())
                .routes(
                        route(network.cidr(), "local", RouteOrigin.CREATE_ROUTE_TABLE),
                        route(EVERYWHERE, network.internetGatewayId(), RouteOrigin.CREATE_ROUTE))
                .tags(tags.of(context.account(), network.routeTableId()))
                .build();
        var query = new NetworkListing.Query(
                request.routeTableIds(), request.filters(), request.maxResults(), request.nextToken());
        var page = TABLES.read(pages, context, List.of(table), query);
        return DescribeRouteTablesResponse.builder()
                .routeTables(page.rows())
                .nextToken(page.nextToken())
                .build();
    }

    private static Route route(String destination, String gateway, RouteOrigin origin) {
        return Route.builder()
                .destinationCidrBlock(destination)
                .gatewayId(gateway)
                .origin(origin)
                .state(RouteState.ACTIVE)
                .build();
    }

    DescribeInternetGatewaysResponse gateways(RequestContext context, DescribeInternetGatewaysRequest request) {
        var network = networks.of(context.account());
        var gateway = InternetGateway.builder()
                .internetGatewayId(network.internetGatewayId())
                .ownerId(context.account().value())
                .attachments(InternetGatewayAttachment.builder()
                        .vpcId(network.vpcId())
                        // AWS says "available" here, which the enum of attachments does not have.
                        .state("available")
                        .build())
                .tags(tags.of(context.account(), network.internetGatewayId()))
                .build();
        var query = new NetworkListing.Query(
                request.internetGatewayIds(), request.filters(), request.maxResults(), request.nextToken());
        var page = GATEWAYS.read(pages, context, List.of(gateway), query);
        return DescribeInternetGatewaysResponse.builder()
                .internetGateways(page.rows())
                .nextToken(page.nextToken())
                .build();
    }

    DescribeNetworkAclsResponse acls(RequestContext context, DescribeNetworkAclsRequest request) {
        var network = networks.of(context.account());
        var acl = NetworkAcl.builder()
                .networkAclId(network.networkAclId())
                .vpcId(network.vpcId())
                .ownerId(context.account().value())
                .isDefault(true)
                .associations(NetworkAclAssociation.builder()
                        .networkAclAssociationId(network.id("aclassoc-", "subnet-association"))
                        .networkAclId(network.networkAclId())
                        .subnetId(network.subnetId())
                        .build())
                .entries(
                        entry(true, ALLOW_RULE, RuleAction.ALLOW),
                        entry(true, LAST_RULE, RuleAction.DENY),
                        entry(false, ALLOW_RULE, RuleAction.ALLOW),
                        entry(false, LAST_RULE, RuleAction.DENY))
                .tags(tags.of(context.account(), network.networkAclId()))
                .build();
        var query = new NetworkListing.Query(
                request.networkAclIds(), request.filters(), request.maxResults(), request.nextToken());
        var page = ACLS.read(pages, context, List.of(acl), query);
        return DescribeNetworkAclsResponse.builder()
                .networkAcls(page.rows())
                .nextToken(page.nextToken())
                .build();
    }

    private static NetworkAclEntry entry(boolean egress, int number, RuleAction action) {
        return NetworkAclEntry.builder()
                .egress(egress)
                .ruleNumber(number)
                .ruleAction(action)
                .protocol("-1")
                .cidrBlock(EVERYWHERE)
                .build();
    }
}
