package io.coppice.node.network.ovn;

import com.fasterxml.jackson.databind.JsonNode;
import io.coppice.node.network.vpc.Cidr;
import io.coppice.node.network.vpc.ServiceSpace;
import io.coppice.node.network.vpc.VpcMessages;
import io.coppice.proto.network.v1.EndpointLocation;
import io.coppice.proto.network.v1.Route;
import io.coppice.proto.network.v1.RouteTable;
import io.coppice.proto.network.v1.Vpc;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A VPC's routes: for each of its tables OVN has one of the same name, which the router's ports of its subnets follow. What leads
 * somewhere that this engine does not know is dropped. Source: ovn-nb(5), "Logical_Router_Static_Route TABLE".
 */
final class RouteRows {
    /** Drops. */
    private static final String NOWHERE = "discard";

    private final Vpc vpc;
    private final Map<String, EndpointLocation> interfaces;
    private final Optional<Outside> outside;
    private final List<Row> rows = new ArrayList<>();

    private RouteRows(Vpc vpc, Map<String, EndpointLocation> interfaces, Optional<Outside> outside) {
        this.vpc = vpc;
        this.interfaces = interfaces;
        this.outside = outside;
    }

    /** All routes; {@code interfaces} are those that are known, by id. */
    static List<Row> of(Vpc vpc, Map<String, EndpointLocation> interfaces, Optional<Outside> outside) {
        var all = new RouteRows(vpc, interfaces, outside);
        vpc.getRouteTablesList().forEach(all::table);
        return all.rows;
    }

    private void table(RouteTable table) {
        var id = table.getRouteTableId();
        route(
                id,
                TopologyRows.resolver(vpc) + "/32",
                ServiceSpace.RESOLVER,
                Optional.of(Titles.routerPort(vpc.getVpcId())));
        for (var route : table.getRoutesList()) {
            route(id, route);
        }
    }

    private void route(String table, Route route) {
        var destination = route.getDestination();
        var isIpv4 = VpcMessages.isIpv4(destination);
        switch (route.getTargetCase()) {
            case INTERNET_GATEWAY_ID, NAT_GATEWAY_ID ->
                outside.filter(there -> isIpv4)
                        .ifPresentOrElse(
                                there -> route(
                                        table,
                                        destination,
                                        there.gateway(),
                                        Optional.of(OutsideRows.routerPort(vpc.getVpcId()))),
                                () -> route(table, destination, NOWHERE, Optional.empty()));
            case NETWORK_INTERFACE_ID -> toInterface(table, destination, route.getNetworkInterfaceId());
            case PEERING_ID, EGRESS_ONLY_INTERNET_GATEWAY_ID, BLACKHOLE, TARGET_NOT_SET ->
                route(table, destination, NOWHERE, Optional.empty());
        }
    }

    private void toInterface(String table, String destination, String id) {
        var location = interfaces.get(id);
        if (location == null || !VpcMessages.isIpv4(destination) || location.getPrivateIpv4Count() == 0) {
            route(table, destination, NOWHERE, Optional.empty());
        } else {
            route(
                    table,
                    destination,
                    location.getPrivateIpv4(0),
                    Optional.of(Titles.routerPort(location.getSubnetId())));
        }
    }

    private void route(String table, String destination, String next, Optional<String> port) {
        var range = VpcMessages.isIpv4(destination) ? Cidr.parse(destination).toString() : destination;
        Map<String, JsonNode> columns = Map.of(
                "route_table", Ovsdb.text(table),
                "ip_prefix", Ovsdb.text(range),
                "nexthop", Ovsdb.text(next),
                "output_port", Ovsdb.texts(port.stream().toList()));
        rows.add(Row.shared(
                Table.ROUTE,
                "%s %s".formatted(table, range),
                columns,
                Row.link(Table.ROUTER, vpc.getVpcId(), "static_routes")));
    }
}
