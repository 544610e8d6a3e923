package io.coppice.node.network.vpc;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What a guest may send at all, decided at its own device before any bridge sees the frame: its own hardware address, its own
 * private addresses in IPv4 and ARP, questions to a DHCP server but no answers of one, and of IPv6 what {@link Ipv6Guard} lets pass.
 * Nothing that is for everybody goes from one guest to another. Source: nft(8), families netdev and bridge.
 */
final class TapGuard {
    /** Bytes a second. */
    static final long BYTES_OF_MBIT = 125_000;

    private static final String PREFIX = "guard_";
    private static final long LEAST_BURST_BYTES = 65_536;
    /** What may come at once, as a share of a second. */
    private static final long BURSTS_A_SECOND = 20;

    private TapGuard() {}

    /**
     * What may pass at once although a limit counts by the second.
     *
     * @param mbit megabits a second
     */
    static long burstBytes(long mbit) {
        return Math.max(LEAST_BURST_BYTES, mbit * BYTES_OF_MBIT / BURSTS_A_SECOND);
    }

    private static String limit(long mbit) {
        return mbit == 0
                ? ""
                : "limit rate over %d kbytes/second burst %d kbytes drop"
                        .formatted(mbit * BYTES_OF_MBIT / 1024, burstBytes(mbit) / 1024);
    }

    /**
     * Replaces the guard of one device, which must be there, in one transaction.
     *
     * @param ipv6 the guest's own addresses, none without IPv6
     */
    static String of(LocalInterface local, String router, List<String> ipv6) {
        var mac = local.endpoint().getMac();
        var own = local.addresses().stream().collect(Collectors.joining(", ", "{ ", " }"));
        // An instance that forwards for others sends their addresses too, and asks the router for the way in their
        // name.
        var isGuarded = local.endpoint().getSourceDestCheck();
        var sources = isGuarded ? "ip saddr %s accept".formatted(own) : "ether type ip accept";
        // Most packets are these, and need no look at who serves DHCP.
        var usual = (isGuarded ? "ip saddr %s".formatted(own) : "ether type ip") + " meta l4proto != udp accept";
        var asked = isGuarded ? "" : "arp operation request arp daddr ip %s accept".formatted(router);
        return """
                add table netdev %1$s
                delete table netdev %1$s
                table netdev %1$s {
                  chain from_guest {
                    type filter hook ingress device "%2$s" priority -300; policy drop;
                    ether saddr != %3$s drop
                    %7$s
                    %8$s
                    arp saddr ether != %3$s drop
                    arp operation request arp saddr ip 0.0.0.0 accept
                    arp saddr ip %4$s accept
                    %6$s
                    ether type arp drop
                    %9$s
                    udp sport { 67, 547 } drop
                    ip saddr 0.0.0.0 ip daddr 255.255.255.255 udp sport 68 udp dport 67 accept
                    %5$s
                  }
                }
                """.formatted(
                        PREFIX + local.tap(),
                        local.tap(),
                        mac,
                        own,
                        sources,
                        asked,
                        limit(local.endpoint().getBandwidthMbit()),
                        usual,
                        String.join("\n        ", Ipv6Guard.of(ipv6, isGuarded)));
    }

    static String removal(String tap) {
        return "add table netdev %1$s\ndelete table netdev %1$s\n".formatted(PREFIX + tap);
    }

    /**
     * Frames for everybody reach the router and no guest, but for the question who has an address. Questions to the router stay
     * with it: they may name a sender that is only passing through.
     */
    static Ruleset betweenPorts(VpcView view) {
        var neighbours = "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept";
        var rules = Ruleset.builder("bridge", VpcRules.TABLE)
                .set(
                        "routers",
                        "ipv4_addr",
                        view.subnets().stream().map(VpcView::router).toList())
                .baseChain(
                        "between_ports",
                        "type filter hook forward priority 0; policy accept",
                        Stream.of(
                                        // To one guest, which most are: pkttype says "other" of what is not for the
                                        // bridge.
                                        Stream.of(
                                                "ether type ip meta pkttype other accept",
                                                "arp daddr ip @routers drop",
                                                "ether type arp accept"),
                                        view.hasIpv6() ? Stream.of(neighbours) : Stream.<String>empty(),
                                        Stream.of("meta pkttype { broadcast, multicast } drop"))
                                .flatMap(Function.identity())
                                .toList());
        WireRules.add(view, rules);
        return rules.build();
    }
}
