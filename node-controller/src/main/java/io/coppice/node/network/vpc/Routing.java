package io.coppice.node.network.vpc;

import io.coppice.proto.network.v1.NatGateway;
import io.coppice.proto.network.v1.Route;
import io.coppice.proto.network.v1.RouteTable;
import io.coppice.proto.network.v1.Subnet;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Plans what a VPC's router does with packets. The VPC's own ranges come first for everybody; then the table of the subnet that a
 * packet comes from decides, and what it does not know is dropped. Source: ip-rule(8), ip-route(8).
 */
final class Routing {
    /** The number of the table that the router's own packets follow. */
    static final int MAIN_TABLE = 254;

    /** Tables of subnets have the segment's number and this. */
    private static final int FIRST_SUBNET_TABLE = 1000;

    static final int LOCAL_PRIORITY = 100;
    static final int SUBNET_PRIORITY = 200;
    static final int OWN_PRIORITY = 300;

    /** Where the router's own words to the outside go: that a packet was too large, or could not go on. */
    static final int OUTSIDE_TABLE = 101;

    /** What has no other device. */
    static final String ROUTER_ITSELF = "lo";

    private static final String EVERYWHERE = "default";
    static final String NOWHERE = "blackhole";
    static final String UNREACHABLE = "unreachable";

    private final VpcView view;
    private final Plan plan;
    private final Map<String, RouteTable> tables;
    private final Map<String, Subnet> subnets;

    private Routing(VpcView view, Plan plan) {
        this.view = view;
        this.plan = plan;
        this.tables = view.vpc().getRouteTablesList().stream()
                .collect(Collectors.toMap(RouteTable::getRouteTableId, Function.identity()));
        this.subnets = view.subnetsById();
    }

    static void plan(VpcView view, Plan plan) {
        var routing = new Routing(view, plan);
        routing.localRoutes();
        view.subnets().forEach(routing::subnet);
    }

    private void localRoutes() {
        plan.add(Setting.rule(LOCAL_PRIORITY, "", Setting.LOCAL_TABLE));
        for (var range : view.vpc().getCidrBlocksList()) {
            plan.add(Setting.dead(Setting.LOCAL_TABLE, destination(range), UNREACHABLE));
        }
        for (var subnet : view.subnets()) {
            plan.add(
                    Setting.route(Setting.LOCAL_TABLE, destination(subnet.getCidrBlock()), "", VpcView.bridge(subnet)));
        }
        plan.add(Setting.rule(OWN_PRIORITY, ROUTER_ITSELF, "icmp", OUTSIDE_TABLE));
        plan.add(Setting.route(OUTSIDE_TABLE, EVERYWHERE, view.settings().publicGateway(), VpcView.PUBLIC));
        // The resolver asks the host's resolvers through the cable that leads to the metadata service.
        plan.add(Setting.route(MAIN_TABLE, EVERYWHERE, view.settings().metadataAddress(), VpcView.METADATA));
    }

    /** The number of the table that packets from the subnet follow. */
    static int tableOf(Subnet subnet) {
        return FIRST_SUBNET_TABLE + subnet.getVni();
    }

    private void subnet(Subnet subnet) {
        var table = tableOf(subnet);
        plan.add(Setting.rule(SUBNET_PRIORITY, VpcView.bridge(subnet), table));
        plan.add(Setting.dead(table, EVERYWHERE, NOWHERE));
        var routes = tables.get(subnet.getRouteTableId());
        if (routes != null) {
            routes.getRoutesList().stream()
                    .filter(route -> VpcMessages.isIpv4(route.getDestination()))
                    .forEach(route -> plan.add(route(table, route)));
        }
    }

    private Setting route(int table, Route route) {
        var destination = destination(route.getDestination());
        return switch (route.getTargetCase()) {
            case INTERNET_GATEWAY_ID ->
                Setting.route(table, destination, view.settings().publicGateway(), VpcView.PUBLIC);
            case NAT_GATEWAY_ID -> toNatGateway(table, destination, route.getNatGatewayId());
            case NETWORK_INTERFACE_ID -> toInterface(table, destination, route.getNetworkInterfaceId());
            case PEERING_ID -> Peerings.route(view, table, destination, route);
            case EGRESS_ONLY_INTERNET_GATEWAY_ID, BLACKHOLE, TARGET_NOT_SET ->
                Setting.dead(table, destination, NOWHERE);
        };
    }

    private Setting toNatGateway(int table, String destination, String id) {
        return view.vpc().getNatGatewaysList().stream()
                .filter(gateway -> gateway.getNatGatewayId().equals(id))
                .filter(gateway -> view.hostOf(gateway).isPresent() && subnets.containsKey(gateway.getSubnetId()))
                .findFirst()
                .map(gateway -> Setting.route(table, destination, gateway.getPrivateIpv4(), bridgeOf(gateway)))
                .orElseGet(() -> Setting.dead(table, destination, NOWHERE));
    }

    private String bridgeOf(NatGateway gateway) {
        return VpcView.bridge(Objects.requireNonNull(subnets.get(gateway.getSubnetId())));
    }

    private Setting toInterface(int table, String destination, String id) {
        var face = view.faces().get(id);
        var subnet = face == null ? null : subnets.get(face.subnetId());
        return face == null || subnet == null
                ? Setting.dead(table, destination, NOWHERE)
                : Setting.route(table, destination, face.addresses().getFirst(), VpcView.bridge(subnet));
    }

    /** As ip(8) writes it. */
    private static String destination(String range) {
        var cidr = Cidr.parse(range);
        if (cidr.prefixLength() == 0) {
            return EVERYWHERE;
        }
        return cidr.prefixLength() == 32 ? cidr.address(0) : cidr.toString();
    }
}
