package io.coppice.cloud.network.group;

/**
 * What a rule allows: two rules of a group that allow the same are duplicates, whatever their descriptions.
 *
 * @param protocol number of IP's protocol (IANA), {@link #ALL} for all
 * @param fromPort first port or ICMP type, {@link #ALL} for all
 * @param toPort last port or ICMP code, {@link #ALL} for all
 * @param peer the other side: an IPv4 or IPv6 range, or the id of a group or of a prefix list
 */
record Permission(boolean egress, int protocol, int fromPort, int toPort, String peer) {
    static final int ALL = -1;
    static final int ICMP = 1;
    static final int TCP = 6;
    static final int UDP = 17;
    static final int ICMPV6 = 58;
    static final String GROUP_PREFIX = "sg-";
    static final String PREFIX_LIST_PREFIX = "pl-";

    static Permission everything(boolean egress, String peer) {
        return new Permission(egress, ALL, ALL, ALL, peer);
    }

    boolean isGroup() {
        return peer.startsWith(GROUP_PREFIX);
    }

    boolean isPrefixList() {
        return peer.startsWith(PREFIX_LIST_PREFIX);
    }

    boolean isIpv4() {
        return !isGroup() && !isPrefixList() && peer.indexOf(':') < 0;
    }

    boolean isIpv6() {
        return peer.indexOf(':') >= 0;
    }

    /** Whether answers tell its ports; they do not for protocols that have none. */
    boolean hasPorts() {
        return switch (protocol) {
            case ICMP, TCP, UDP, ICMPV6 -> true;
            default -> false;
        };
    }

    /** The protocol as answers name it: {@code tcp}, {@code udp}, {@code icmp}, {@code icmpv6} or its number. */
    String protocolName() {
        return switch (protocol) {
            case ICMP -> "icmp";
            case TCP -> "tcp";
            case UDP -> "udp";
            case ICMPV6 -> "icmpv6";
            default -> String.valueOf(protocol);
        };
    }

    /** As AWS's messages write it. */
    @Override
    public String toString() {
        var ports = hasPorts() ? ", from port: " + fromPort + ", to port: " + toPort : "";
        return "peer: " + peer + ", "
                + (protocol == ALL ? "ALL" : protocolName().toUpperCase(java.util.Locale.ROOT)) + ports + ", ALLOW";
    }
}
