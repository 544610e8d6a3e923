package io.coppice.node.network.vpc;

import java.util.ArrayList;
import java.util.List;

/**
 * What passes between a VPC's subnets and a wire of the site's, where others may have ports: packets for one receiver, and never for
 * the router, which each host has for itself. Neighbours need not be asked for there, since every host knows all. Source: nft(8), family
 * bridge.
 */
final class WireRules {
    private WireRules() {}

    static void add(VpcView view, Ruleset.Builder rules) {
        if (!view.settings().trunk().isWire()) {
            return;
        }
        var entering = new ArrayList<>(List.of(
                "iifname \"x*\" meta pkttype { broadcast, multicast } drop",
                "iifname \"x*\" ether type != { ip, ip6 } drop"));
        var leaving = new ArrayList<String>();
        for (var subnet : view.subnets()) {
            var device = VpcView.tunnel(subnet);
            var router = VpcView.routerMac(subnet);
            entering.add("iifname \"%s\" ether daddr %s drop".formatted(device, router));
            leaving.add("oifname \"%s\" ether saddr %s ether saddr set %s"
                    .formatted(device, router, TrunkCable.mac(view.settings(), subnet)));
        }
        rules.baseChain("from_wire", "type filter hook prerouting priority 0; policy accept", entering);
        rules.baseChain("to_wire", "type filter hook postrouting priority 0; policy accept", leaving);
    }
}
