package io.coppice.cloud.network.routetable;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.query.Filters;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import software.amazon.awssdk.services.ec2.model.DescribeRouteTablesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeRouteTablesResponse;
import software.amazon.awssdk.services.ec2.model.Route;
import software.amazon.awssdk.services.ec2.model.RouteTable;
import software.amazon.awssdk.services.ec2.model.RouteTableAssociation;

/** DescribeRouteTables. Thread-safe. */
@ApplicationScoped
class RouteTableQueries implements ActionModule {
    private static final NetworkLedger.Listing<RouteTable> TABLES = new NetworkLedger.Listing<>(
            NetworkKind.ROUTE_TABLE,
            RouteTable::routeTableId,
            Filters.<RouteTable>builder()
                    .value("route-table-id", RouteTable::routeTableId)
                    .value("vpc-id", RouteTable::vpcId)
                    .value("owner-id", RouteTable::ownerId)
                    .values("association.main", table -> associations(table, RouteTableAssociation::main))
                    .values("association.route-table-id", table -> associations(table, each -> table.routeTableId()))
                    .values(
                            "association.route-table-association-id",
                            table -> associations(table, RouteTableAssociation::routeTableAssociationId))
                    .values("association.subnet-id", table -> associations(table, RouteTableAssociation::subnetId))
                    .values("association.gateway-id", table -> associations(table, RouteTableAssociation::gatewayId))
                    .values("route.destination-cidr-block", table -> routes(table, Route::destinationCidrBlock))
                    .values(
                            "route.destination-ipv6-cidr-block",
                            table -> routes(table, Route::destinationIpv6CidrBlock))
                    .values("route.gateway-id", table -> routes(table, Route::gatewayId))
                    .values("route.nat-gateway-id", table -> routes(table, Route::natGatewayId))
                    .values("route.instance-id", table -> routes(table, Route::instanceId))
                    .values(
                            "route.egress-only-internet-gateway-id",
                            table -> routes(table, Route::egressOnlyInternetGatewayId))
                    .values("route.vpc-peering-connection-id", table -> routes(table, Route::vpcPeeringConnectionId))
                    .values("route.origin", table -> routes(table, Route::originAsString))
                    .values("route.state", table -> routes(table, Route::stateAsString))
                    .never("route.destination-prefix-list-id", "route.transit-gateway-id")
                    .tags(table -> NetworkLedger.asMap(table.tags()))
                    .build());

    private final NetworkLedger ledger;
    private final RouteTables tables;
    private final RouteAnswers answers;

    RouteTableQueries(NetworkLedger ledger, RouteTables tables, RouteAnswers answers) {
        this.ledger = ledger;
        this.tables = tables;
        this.answers = answers;
    }

    @Override
    public void register(ActionRegistry registry) {
        if (!ledger.open()) {
            return;
        }
        registry.add(Service.EC2, "DescribeRouteTables", DescribeRouteTablesRequest::builder, this::describe);
    }

    DescribeRouteTablesResponse describe(RequestContext context, DescribeRouteTablesRequest request) {
        var query = new NetworkLedger.Query(
                request.routeTableIds(), request.filters(), request.maxResults(), request.nextToken());
        var page = ledger.call(context, entities -> {
            var rows = answers.of(entities, context.account(), tables.all(entities, context.account()));
            return ledger.page(context, TABLES, rows, query);
        });
        return DescribeRouteTablesResponse.builder()
                .routeTables(page.rows())
                .nextToken(page.nextToken())
                .build();
    }

    private static List<?> associations(RouteTable table, Function<RouteTableAssociation, Object> read) {
        return table.associations().stream().map(read).filter(Objects::nonNull).toList();
    }

    private static List<?> routes(RouteTable table, Function<Route, Object> read) {
        return table.routes().stream().map(read).filter(Objects::nonNull).toList();
    }
}
