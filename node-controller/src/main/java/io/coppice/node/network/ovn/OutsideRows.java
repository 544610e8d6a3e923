package io.coppice.node.network.ovn;

import com.fasterxml.jackson.databind.JsonNode;
import io.coppice.node.network.vpc.LocalInterface;
import io.coppice.node.network.vpc.VpcSettings;
import io.coppice.proto.network.v1.NatGateway;
import io.coppice.proto.network.v1.Route;
import io.coppice.proto.network.v1.RouteTable;
import io.coppice.proto.network.v1.Subnet;
import io.coppice.proto.network.v1.Vpc;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A VPC's way to the public network: a switch that is joined to the site's, the router's port on it, and translations. A public
 * address is translated on its guest's host; what NAT gateways translate passes the one host that carries the port.
 * Source: ovn-nb(5), "NAT TABLE" and "Gateway_Chassis TABLE"; ovn-architecture(7), "Distributed Gateway Ports".
 */
final class OutsideRows {
    private static final String KEY = "outside";
    private static final int PRIORITIES = 10_000;

    private final Vpc vpc;

    OutsideRows(Vpc vpc) {
        this.vpc = vpc;
    }

    static String routerPort(String vpcId) {
        return Titles.routerPort(vpcId) + "-outside";
    }

    /** What all hosts write alike. */
    List<Row> shared(Outside outside) {
        var id = vpc.getVpcId();
        var toRouter = Titles.portToRouter(id) + "-outside";
        var site = Titles.network(id) + "-site";
        var group = Titles.portGroup(id, KEY);
        Map<String, JsonNode> drop = Map.of(
                "direction", Ovsdb.text("from-lport"),
                "priority", Ovsdb.number(1_000),
                "match",
                        Ovsdb.text("inport == @%s && ip4.src == {%s}"
                                .formatted(group, String.join(", ", vpc.getCidrBlocksList()))),
                "action", Ovsdb.text("drop"));
        var rows = new ArrayList<>(List.of(
                Row.shared(Table.SWITCH, KEY, Map.of("name", Ovsdb.text(Titles.network(id) + "-outside"))),
                Row.shared(
                        Table.ROUTER_PORT,
                        KEY,
                        Map.of(
                                "name", Ovsdb.text(routerPort(id)),
                                "mac", Ovsdb.text(VpcSettings.macOf("router outside " + id)),
                                "networks", Ovsdb.text(outside.router())),
                        Row.link(Table.ROUTER, id, "ports")),
                Row.shared(
                        Table.PORT,
                        toRouter,
                        Map.of(
                                "name", Ovsdb.text(toRouter),
                                "type", Ovsdb.text("router"),
                                "addresses", Ovsdb.text("router"),
                                "options", Ovsdb.map(Map.of("router-port", routerPort(id), "nat-addresses", "router"))),
                        Row.link(Table.SWITCH, KEY, "ports"),
                        Row.link(Table.PORT_GROUP, KEY, "ports")),
                Row.shared(
                        Table.PORT,
                        site,
                        Map.of(
                                "name", Ovsdb.text(site),
                                "type", Ovsdb.text("localnet"),
                                "addresses", Ovsdb.text("unknown"),
                                "options", Ovsdb.map(Map.of("network_name", outside.physical()))),
                        Row.link(Table.SWITCH, KEY, "ports")),
                // Who has no public address does not get out.
                Row.shared(Table.PORT_GROUP, KEY, Map.of("name", Ovsdb.text(group))),
                Row.shared(Table.RULE, KEY, drop, Row.link(Table.PORT_GROUP, KEY, "acls"))));
        vpc.getNatGatewaysList().forEach(gateway -> rows.addAll(translations(gateway)));
        return rows;
    }

    /** Of the subnets whose routes lead to the gateway. */
    private List<Row> translations(NatGateway gateway) {
        if (gateway.getPublicIpv4().isEmpty()) {
            return List.of();
        }
        var tables = vpc.getRouteTablesList().stream()
                .filter(table -> table.getRoutesList().stream()
                        .map(Route::getNatGatewayId)
                        .anyMatch(gateway.getNatGatewayId()::equals))
                .map(RouteTable::getRouteTableId)
                .collect(Collectors.toSet());
        return vpc.getSubnetsList().stream()
                .filter(subnet -> tables.contains(subnet.getRouteTableId()))
                .map(subnet -> translation(gateway, subnet))
                .toList();
    }

    private Row translation(NatGateway gateway, Subnet subnet) {
        return Row.shared(
                Table.NAT,
                "%s %s".formatted(gateway.getNatGatewayId(), subnet.getSubnetId()),
                Map.of(
                        "type", Ovsdb.text("snat"),
                        "external_ip", Ovsdb.text(gateway.getPublicIpv4()),
                        "logical_ip", Ovsdb.text(subnet.getCidrBlock())),
                Row.link(Table.ROUTER, vpc.getVpcId(), "nat"));
    }

    /**
     * What is a host's: public addresses of its guests, and that it can carry the router's port. Where the VPC has NAT gateways, their
     * hosts alone say so: to choose among hosts, OVN has them ask each other first whether they live. Nothing without guests of the
     * VPC, unless one of its NAT gateways is this host's.
     *
     * @param node the host, as messages name it
     * @param chassis the host, as OVN knows it
     */
    List<Row> own(String node, String chassis, List<LocalInterface> locals) {
        if (locals.isEmpty() && !carriesGateway(node)) {
            return List.of();
        }
        var rows = new ArrayList<Row>();
        if (carriesGateway(node) || !hasCarriedGateways()) {
            rows.add(carrier(node, chassis));
        }
        for (var local : locals) {
            if (!local.arriving()) {
                local.endpoint()
                        .getPublicAddressesList()
                        .forEach(address -> rows.add(new Row(
                                new Row.Id(Table.NAT, address.getPublicIpv4()),
                                chassis,
                                Map.of(
                                        "type", Ovsdb.text("dnat_and_snat"),
                                        "external_ip", Ovsdb.text(address.getPublicIpv4()),
                                        "logical_ip", Ovsdb.text(address.getPrivateIpv4()),
                                        "external_mac",
                                                Ovsdb.text(VpcSettings.macOf(
                                                        "public %s %s".formatted(chassis, address.getPublicIpv4()))),
                                        "logical_port",
                                                Ovsdb.text(local.endpoint().getNetworkInterfaceId())),
                                Map.of(),
                                List.of(Row.link(Table.ROUTER, vpc.getVpcId(), "nat")))));
            }
        }
        return rows;
    }

    /** Says that the host can carry the router's port; without any, OVN translates nothing. */
    private Row carrier(String node, String chassis) {
        var name = routerPort(vpc.getVpcId()) + "-" + chassis;
        return new Row(
                new Row.Id(Table.GATEWAY_CHASSIS, name),
                chassis,
                Map.of(
                        "name", Ovsdb.text(name),
                        "chassis_name", Ovsdb.text(chassis),
                        "priority", Ovsdb.number(Math.floorMod(node.hashCode(), PRIORITIES))),
                Map.of(),
                List.of(Row.link(Table.ROUTER_PORT, KEY, "gateway_chassis")));
    }

    private boolean hasCarriedGateways() {
        return vpc.getNatGatewaysList().stream()
                .anyMatch(gateway -> !gateway.getNodeId().isEmpty());
    }

    private boolean carriesGateway(String node) {
        return vpc.getNatGatewaysList().stream()
                .anyMatch(gateway -> !node.isEmpty() && gateway.getNodeId().equals(node));
    }
}
