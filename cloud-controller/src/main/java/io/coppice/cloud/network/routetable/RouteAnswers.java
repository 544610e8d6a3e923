package io.coppice.cloud.network.routetable;

import io.coppice.cloud.network.IpRange;
import io.coppice.cloud.network.NetworkLedger;
import io.coppice.cloud.network.subnet.SubnetRow;
import io.coppice.cloud.network.subnet.Subnets;
import io.coppice.cloud.store.PlainSql;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.Route;
import software.amazon.awssdk.services.ec2.model.RouteOrigin;
import software.amazon.awssdk.services.ec2.model.RouteState;
import software.amazon.awssdk.services.ec2.model.RouteTable;
import software.amazon.awssdk.services.ec2.model.RouteTableAssociation;
import software.amazon.awssdk.services.ec2.model.RouteTableAssociationState;
import software.amazon.awssdk.services.ec2.model.RouteTableAssociationStateCode;

/** Route tables as answers show them. Thread-safe. */
@ApplicationScoped
class RouteAnswers {
    private static final String LOCAL = "local";

    private final NetworkLedger ledger;
    private final RouteTables tables;
    private final Subnets subnets;
    private final RouteTargets targets;

    RouteAnswers(NetworkLedger ledger, RouteTables tables, Subnets subnets, RouteTargets targets) {
        this.ledger = ledger;
        this.tables = tables;
        this.subnets = subnets;
        this.targets = targets;
    }

    /** Tables of an account, in the same order. As many queries as for one. */
    List<RouteTable> of(EntityManager entities, AccountId account, List<RouteTableRow> rows) {
        var ids = rows.stream().map(row -> row.id).toList();
        var routes = tables.routes(entities, ids);
        var present = targets.find(
                entities,
                routes.values().stream()
                        .flatMap(List::stream)
                        .map(route -> route.targetId)
                        .toList());
        var locals = locals(entities, rows.stream().map(row -> row.vpcId).toList());
        var given = subnets.all(entities, account).stream()
                .filter(subnet -> subnet.routeTableId() != null)
                .collect(Collectors.groupingBy(subnet -> String.valueOf(subnet.routeTableId())));
        var tags = ledger.tags(account, ids);
        return rows.stream()
                .map(row -> RouteTable.builder()
                        .routeTableId(row.id)
                        .vpcId(row.vpcId)
                        .ownerId(row.accountId)
                        .associations(associations(row, given.getOrDefault(row.id, List.of())))
                        .propagatingVgws(List.of())
                        .routes(Stream.concat(
                                        locals.getOrDefault(row.vpcId, List.of()).stream()
                                                .map(RouteAnswers::local),
                                        routes.getOrDefault(row.id, List.of()).stream()
                                                .map(route -> route(row, route, present, account)))
                                .toList())
                        .tags(tags.getOrDefault(row.id, List.of()))
                        .build())
                .toList();
    }

    private static Map<String, List<String>> locals(EntityManager entities, Collection<String> vpcIds) {
        return PlainSql.query(
                        entities,
                        "select vpc_id, cidr_block from vpc_cidr_blocks where vpc_id = any(?) order by vpc_id, ipv6, place",
                        row -> Map.entry(row.getString(1), row.getString(2)),
                        (Object) vpcIds.toArray(String[]::new))
                .stream()
                .collect(Collectors.groupingBy(
                        Map.Entry::getKey, Collectors.mapping(Map.Entry::getValue, Collectors.toList())));
    }

    private static List<RouteTableAssociation> associations(RouteTableRow row, List<SubnetRow> given) {
        var associations = new ArrayList<RouteTableAssociation>();
        if (row.mainAssociationId != null) {
            associations.add(association(row.id, row.mainAssociationId, true, null));
        }
        given.forEach(subnet -> associations.add(
                association(row.id, String.valueOf(subnet.routeTableAssociationId()), false, subnet.id())));
        return associations;
    }

    private static RouteTableAssociation association(
            String tableId, String associationId, boolean main, @Nullable String subnetId) {
        return RouteTableAssociation.builder()
                .main(main)
                .routeTableAssociationId(associationId)
                .routeTableId(tableId)
                .subnetId(subnetId)
                .associationState(associated())
                .build();
    }

    /** The state that every association has at once. */
    static RouteTableAssociationState associated() {
        return RouteTableAssociationState.builder()
                .state(RouteTableAssociationStateCode.ASSOCIATED)
                .build();
    }

    private static Route local(String range) {
        return to(range)
                .gatewayId(LOCAL)
                .origin(RouteOrigin.CREATE_ROUTE_TABLE)
                .state(RouteState.ACTIVE)
                .build();
    }

    private static Route route(RouteTableRow table, RouteRow row, RouteTargets.Present present, AccountId account) {
        var active = present.active(row.targetId, table.vpcId);
        var answer = to(row.key.destination())
                .origin(RouteOrigin.CREATE_ROUTE)
                .state(active ? RouteState.ACTIVE : RouteState.BLACKHOLE);
        switch (row.targetId.substring(0, row.targetId.indexOf('-') + 1)) {
            case "nat-" -> answer.natGatewayId(row.targetId);
            case "pcx-" -> answer.vpcPeeringConnectionId(row.targetId);
            case "eigw-" -> answer.egressOnlyInternetGatewayId(row.targetId);
            case RouteTargets.INTERFACE_PREFIX -> {
                var instance = present.instanceOf(row.targetId);
                answer.networkInterfaceId(row.targetId)
                        .instanceId(instance)
                        .instanceOwnerId(instance == null ? null : account.value());
            }
            default -> answer.gatewayId(row.targetId);
        }
        return answer.build();
    }

    private static Route.Builder to(String range) {
        return IpRange.of(range).ipv6()
                ? Route.builder().destinationIpv6CidrBlock(range)
                : Route.builder().destinationCidrBlock(range);
    }
}
