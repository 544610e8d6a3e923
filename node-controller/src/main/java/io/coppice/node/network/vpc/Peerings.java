package io.coppice.node.network.vpc;

import io.coppice.proto.network.v1.Peering;
import io.coppice.proto.network.v1.Route;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A VPC's way to those that it is peered with. A packet is routed on its sender's host by both routers, one after the other, and
 * then goes through the receiver's segment like any other of that VPC. What comes from a peer ends in a subnet: it may not go on to
 * a gateway or to another peer.
 */
final class Peerings {
    static final String DEVICE = "peer0";

    private static final int MTU = 1500;
    /** Addresses that no network has: the router of a peer is known by the number of the peering. */
    private static final long FIRST_ROUTER = Cidr.number("240.0.0.0");
    /** In IPv6 it is known by the same number, on the exchange's wire. */
    private static final Ipv6 LINK = Ipv6.parse("fe80::/64");

    private Peerings() {}

    static void plan(VpcView view, Plan plan) {
        if (view.peerings().isEmpty()) {
            return;
        }
        var id = view.vpc().getVpcId();
        var port = port(view);
        plan.add(Setting.pair(
                DEVICE,
                mac(id),
                port + " netns " + PeerExchange.nameOf(view.settings()),
                VpcSettings.macOf("peer port " + id),
                view.namespace()));
        plan.add(Setting.up(DEVICE, MTU));
        for (var peering : view.peerings()) {
            for (var family : Family.of(view)) {
                plan.add(Setting.neighbour(DEVICE, router(peering, family), mac(peering.getPeerVpcId())));
            }
        }
    }

    /** The exchange's end of the VPC's cable. */
    static String port(VpcView view) {
        return view.settings().pairDevice('r', view.vpc().getVpcId());
    }

    /** The route to a peer; to nowhere while the peering is not active. */
    static Setting route(VpcView view, int table, String destination, Route route) {
        var family = Family.IPV4.has(route.getDestination()) ? Family.IPV4 : Family.IPV6;
        return view.peerings().stream()
                .filter(peering -> peering.getPeeringId().equals(route.getPeeringId()))
                .findFirst()
                .map(peering -> Setting.route(table, destination, router(peering, family), DEVICE))
                .orElseGet(() -> Setting.dead(table, destination, Routing.NOWHERE));
    }

    private static String router(Peering peering, Family family) {
        return switch (family) {
            case IPV4 -> Cidr.text(FIRST_ROUTER + peering.getVni());
            case IPV6 -> LINK.address(FIRST_ROUTER + peering.getVni());
        };
    }

    /** A VPC has the same one on every host: it is seen on the exchange only. */
    private static String mac(String vpcId) {
        return VpcSettings.macOf("peer " + vpcId);
    }

    /**
     * What passes between this VPC and its peers, for the chain of the cables: out of subnets, and into subnets what a peer's own
     * router sends from the peer's own addresses.
     */
    static List<String> ofCable(VpcView view) {
        var rules = new ArrayList<String>();
        rules.add("iifname \"b*\" oifname \"%s\" accept".formatted(DEVICE));
        rules.add("oifname \"%s\" drop".formatted(DEVICE));
        for (var peering : view.peerings()) {
            for (var family : Family.of(view)) {
                var ranges = peering.getPeerCidrBlocksList().stream()
                        .filter(family::has)
                        .map(family::written)
                        .collect(Collectors.joining(", "));
                if (!ranges.isEmpty()) {
                    rules.add("iifname \"%s\" ether saddr %s %s saddr { %s } oifname \"b*\" accept"
                            .formatted(DEVICE, mac(peering.getPeerVpcId()), family.header(), ranges));
                }
            }
        }
        rules.add("iifname \"%s\" drop".formatted(DEVICE));
        return rules;
    }

    /**
     * Packets from a peer to guests of other hosts are not tracked here: their answers take the way of the host that they come from,
     * and half a flow would seem to be none.
     */
    static void tracking(VpcView view, Ruleset.Builder rules) {
        if (view.peerings().isEmpty()) {
            return;
        }
        var strangers = new ArrayList<String>();
        for (var family : Family.of(view)) {
            var here = new TreeSet<String>();
            view.present().forEach(local -> here.addAll(view.addresses(local, family)));
            rules.set(family.own("here"), family.addressType(), here);
            strangers.add(
                    "iifname \"%s\" %s daddr != @%s notrack".formatted(DEVICE, family.header(), family.own("here")));
        }
        rules.baseChain("passing_through", "type filter hook prerouting priority raw; policy accept", strangers);
    }
}
