package io.coppice.node.network.vpc;

import io.coppice.proto.network.v1.Route;
import io.coppice.proto.network.v1.RouteTable;
import io.coppice.proto.network.v1.Subnet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Plans what a VPC with a range of IPv6 has besides: the router's addresses, its neighbours, its routes, and the way to the public
 * network, where guests have the addresses that they have inside. A VPC without such a range gets nothing of it.
 */
final class Ipv6Plan {
    private static final String EVERYWHERE = "::/0";

    private final VpcView view;
    private final Plan plan;
    private final Map<String, Subnet> subnets;
    private final Map<String, RouteTable> tables;

    private Ipv6Plan(VpcView view, Plan plan) {
        this.view = view;
        this.plan = plan;
        this.subnets = view.subnets().stream()
                .filter(subnet -> !subnet.getIpv6CidrBlock().isEmpty())
                .collect(Collectors.toMap(Subnet::getSubnetId, Function.identity()));
        this.tables = view.vpc().getRouteTablesList().stream()
                .collect(Collectors.toMap(RouteTable::getRouteTableId, Function.identity()));
    }

    static void plan(VpcView view, Plan plan) {
        if (!view.hasIpv6()) {
            return;
        }
        var ipv6 = new Ipv6Plan(view, plan);
        ipv6.services();
        ipv6.subnets.values().forEach(ipv6::subnet);
        view.faces().values().forEach(ipv6::face);
        ipv6.publicNetwork();
        Ipv6Metadata.plan(view, plan);
    }

    private void services() {
        plan.add(Ipv6Settings.address(VpcView.SERVICES, VpcView.RESOLVER_IPV6, Ipv6.HOST_PREFIX));
        plan.add(Ipv6Settings.rule(Routing.LOCAL_PRIORITY, "", Setting.LOCAL_TABLE));
        plan.add(Setting.dead(
                Setting.LOCAL_TABLE, Ipv6.parse(view.vpc().getIpv6CidrBlock()).toString(), Routing.UNREACHABLE));
    }

    private void subnet(Subnet subnet) {
        var bridge = VpcView.bridge(subnet);
        var range = Ipv6.parse(subnet.getIpv6CidrBlock());
        plan.add(Ipv6Settings.address(bridge, Ipv6.ROUTER, Ipv6.LINK_PREFIX));
        plan.add(Ipv6Settings.address(bridge, range.address(1), range.prefixLength()));
        plan.add(Setting.route(Setting.LOCAL_TABLE, range.toString(), "", bridge));
        var table = Routing.tableOf(subnet);
        plan.add(Ipv6Settings.rule(Routing.SUBNET_PRIORITY, bridge, table));
        plan.add(Setting.dead(table, EVERYWHERE, Routing.NOWHERE));
        routes(subnet).forEach(route -> plan.add(route(table, route)));
    }

    private List<Route> routes(Subnet subnet) {
        var table = tables.get(subnet.getRouteTableId());
        return table == null
                ? List.of()
                : table.getRoutesList().stream()
                        .filter(route -> Family.IPV6.has(route.getDestination()))
                        .toList();
    }

    private Setting route(int table, Route route) {
        var destination = Ipv6.parse(route.getDestination());
        // As ip(8) writes it.
        var text = destination.prefixLength() == Ipv6.HOST_PREFIX ? destination.address(0) : destination.toString();
        return target(table, text, route).orElseGet(() -> Setting.dead(table, text, Routing.NOWHERE));
    }

    private Optional<Setting> target(int table, String destination, Route route) {
        return switch (route.getTargetCase()) {
            case INTERNET_GATEWAY_ID, EGRESS_ONLY_INTERNET_GATEWAY_ID ->
                view.settings()
                        .publicIpv6Gateway()
                        .map(gateway -> Setting.route(table, destination, gateway, VpcView.PUBLIC));
            case NETWORK_INTERFACE_ID -> toInterface(table, destination, route.getNetworkInterfaceId());
            case PEERING_ID -> Optional.of(Peerings.route(view, table, destination, route));
            // Gateways that translate carry IPv4 only.
            case NAT_GATEWAY_ID, BLACKHOLE, TARGET_NOT_SET -> Optional.empty();
        };
    }

    private Optional<Setting> toInterface(int table, String destination, String id) {
        var face = view.faces().get(id);
        var subnet = face == null ? null : subnets.get(face.subnetId());
        return face == null || subnet == null || face.ipv6().isEmpty()
                ? Optional.empty()
                : Optional.of(Setting.route(table, destination, face.ipv6().getLast(), VpcView.bridge(subnet)));
    }

    private void face(Face face) {
        var subnet = subnets.get(face.subnetId());
        if (subnet != null) {
            face.ipv6().forEach(address -> plan.add(Setting.neighbour(VpcView.bridge(subnet), address, face.mac())));
        }
    }

    /** Nothing is translated: neighbours on the public network are told that the guests of this host are here. */
    private void publicNetwork() {
        var settings = view.settings();
        if (settings.publicIpv6Gateway().isEmpty()) {
            return;
        }
        plan.add(Ipv6Settings.address(
                VpcView.PUBLIC,
                Ipv6.linkLocal(Cables.publicMac(settings, view.vpc().getVpcId())),
                Ipv6.LINK_PREFIX));
        plan.add(Ipv6Settings.rule(Routing.OWN_PRIORITY, Routing.ROUTER_ITSELF, "ipv6-icmp", Routing.OUTSIDE_TABLE));
        plan.add(Setting.route(
                Routing.OUTSIDE_TABLE, EVERYWHERE, settings.publicIpv6Gateway().get(), VpcView.PUBLIC));
        for (var address : Ipv6Outside.addresses(view)) {
            plan.add(Ipv6Settings.answered(VpcView.PUBLIC, address));
            if (settings.hostIsGateway()) {
                plan.add(Setting.onHost(
                        "ipv6 " + address,
                        "route replace %s/128 dev %s".formatted(address, settings.bridge()),
                        "route delete %s/128 dev %s".formatted(address, settings.bridge())));
            }
        }
    }
}
