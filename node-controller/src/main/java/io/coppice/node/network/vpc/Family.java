package io.coppice.node.network.vpc;

import java.util.List;
import java.util.Set;

/** A family of addresses in the language of nft(8). */
enum Family {
    IPV4("ip", "ipv4", ""),
    IPV6("ip6", "ipv6", "6");

    private final String header;
    private final String name;
    private final String suffix;

    Family(String header, String name, String suffix) {
        this.header = header;
        this.name = name;
        this.suffix = suffix;
    }

    /** The header that has the addresses. */
    String header() {
        return header;
    }

    /** As {@code meta nfproto} has it. */
    String protocol() {
        return name;
    }

    /** The type of a set's elements. */
    String addressType() {
        return name + "_addr";
    }

    /** The name of a set or map of which every family has its own. */
    String own(String set) {
        return set + suffix;
    }

    /** Whether it is a range of this family; those of IPv6 are known by their colon. */
    boolean has(String range) {
        return VpcMessages.isIpv4(range) == (this == IPV4);
    }

    /** Whether the range is all addresses there are. */
    boolean isAnywhere(String range) {
        return this == IPV4
                ? Cidr.parse(range).equals(Cidr.ANY)
                : Ipv6.parse(range).equals(Ipv6.ANY);
    }

    /** The range as nft(8) writes it. */
    String written(String range) {
        return this == IPV4 ? Cidr.parse(range).toString() : Ipv6.parse(range).toString();
    }

    /** Whether the address, which may be of another family, is in the range, which is of this one. */
    boolean contains(String range, String address) {
        if (!has(address)) {
            return false;
        }
        return this == IPV4
                ? Cidr.parse(range).contains(address)
                : Ipv6.parse(range).contains(address);
    }

    /** Protocols that the other family has only. */
    Set<Integer> strange() {
        return this == IPV4 ? Set.of() : Set.of(SecurityRules.ICMP);
    }

    /** Those that a VPC has. */
    static List<Family> of(VpcView view) {
        return view.hasIpv6() ? List.of(IPV4, IPV6) : List.of(IPV4);
    }
}
