package io.coppice.node.network.vpc;

import io.coppice.proto.network.v1.Route;
import io.coppice.proto.network.v1.Subnet;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;

/**
 * Which IPv6 packets pass between a VPC and the public network. A route to an internet gateway opens both directions, one to an
 * egress-only gateway the way out and that of answers. Source: Amazon VPC user guide, "Egress-only internet gateways".
 */
final class Ipv6Outside {
    private Ipv6Outside() {}

    /** Assigned addresses of this host's guests that have a way out. */
    static List<String> addresses(VpcView view) {
        if (!view.hasIpv6() || view.settings().publicIpv6Gateway().isEmpty()) {
            return List.of();
        }
        var open = new ArrayList<String>();
        var subnets = view.subnetsById();
        for (var local : view.present()) {
            var subnet = subnets.get(local.endpoint().getSubnetId());
            if (subnet != null && routes(view, subnet).stream().anyMatch(Ipv6Outside::leadsOut)) {
                // The first is for its own wire.
                local.ipv6().stream().skip(1).forEach(open::add);
            }
        }
        return open;
    }

    /** Rules of the chain of the cables: out with an address that is a guest's here, in as the routes of the guest's subnet say. */
    static List<String> ofCable(VpcView view) {
        if (!view.hasIpv6()) {
            return List.of();
        }
        var rules = new ArrayList<String>();
        // Nobody outside is one of the VPC, whatever he says: groups know their members by address.
        rules.add("iifname \"%s\" ip6 saddr %s drop"
                .formatted(VpcView.PUBLIC, Ipv6.parse(view.vpc().getIpv6CidrBlock())));
        rules.add("oifname \"%s\" ip6 saddr @outside6 accept".formatted(VpcView.PUBLIC));
        rules.add("iifname \"%s\" ip6 daddr @outside6 ct state established,related accept".formatted(VpcView.PUBLIC));
        for (var subnet : view.subnets()) {
            if (!subnet.getIpv6CidrBlock().isEmpty()) {
                routes(view, subnet)
                        .forEach(route -> rules.add("iifname \"%s\" ip6 saddr %s ip6 daddr %s %s"
                                .formatted(
                                        VpcView.PUBLIC,
                                        Ipv6.parse(route.getDestination()),
                                        Ipv6.parse(subnet.getIpv6CidrBlock()),
                                        route.hasInternetGatewayId() ? "ip6 daddr @outside6 accept" : "drop")));
            }
        }
        return rules;
    }

    /** What the sets that {@link #ofCable} asks have. */
    static void sets(VpcView view, Ruleset.Builder rules) {
        if (view.hasIpv6()) {
            rules.set("outside6", Family.IPV6.addressType(), Set.copyOf(addresses(view)));
        }
    }

    /** Routes of IPv6, the narrowest first. */
    private static List<Route> routes(VpcView view, Subnet subnet) {
        return view.vpc().getRouteTablesList().stream()
                .filter(table -> table.getRouteTableId().equals(subnet.getRouteTableId()))
                .flatMap(table -> table.getRoutesList().stream())
                .filter(route -> Family.IPV6.has(route.getDestination()))
                .sorted(Comparator.comparingInt((Route route) ->
                                Ipv6.parse(route.getDestination()).prefixLength())
                        .reversed())
                .toList();
    }

    private static boolean leadsOut(Route route) {
        return route.hasInternetGatewayId() || route.hasEgressOnlyInternetGatewayId();
    }
}
