package io.coppice.node.network.vpc;

import java.util.ArrayList;
import java.util.List;

/**
 * What a guest may send of IPv6, at its own device: its assigned addresses and the link-local one that its hardware address makes, and
 * as a neighbour nothing but these. It is no router, redirects nobody and serves no DHCP. Source: RFC 4861, RFC 6105, RFC 7610.
 */
final class Ipv6Guard {
    /** Where the address that is spoken of begins in questions and answers of neighbours, in bits behind the header of IPv6. */
    private static final String TARGET = "@th,64,128";

    private Ipv6Guard() {}

    /** Lines of the guard's chain; none for a guest without IPv6, whose frames its policy drops. */
    static List<String> of(List<String> own, boolean isGuarded) {
        if (own.isEmpty()) {
            return List.of();
        }
        var addresses = "{ " + String.join(", ", own) + " }";
        var rules = new ArrayList<String>();
        // Most packets are these, and none of them is a neighbour's or a router's.
        rules.add("ip6 saddr %s meta l4proto tcp accept".formatted(addresses));
        rules.add("icmpv6 type { nd-router-advert, nd-redirect } drop");
        for (var address : own) {
            var target = TARGET + " " + Ipv6.bytes(address);
            rules.add("icmpv6 type nd-neighbor-solicit ip6 saddr :: %s accept".formatted(target));
            rules.add("icmpv6 type nd-neighbor-advert ip6 saddr %s %s accept".formatted(addresses, target));
        }
        rules.add("icmpv6 type nd-neighbor-advert drop");
        rules.add("icmpv6 type nd-router-solicit ip6 saddr :: accept");
        rules.add("meta protocol ip6 udp sport 547 drop");
        rules.add("meta protocol ip6 udp dport 546 drop");
        rules.add("icmpv6 type nd-neighbor-solicit ip6 saddr != %s drop".formatted(addresses));
        rules.add(isGuarded ? "ip6 saddr %s accept".formatted(addresses) : "ether type ip6 accept");
        return List.copyOf(rules);
    }
}
