package io.coppice.node.network.ovn;

import io.coppice.node.network.vpc.Cidr;
import io.coppice.node.network.vpc.Ipv6;
import io.coppice.node.network.vpc.VpcMessages;
import io.coppice.proto.network.v1.NetworkAclEntry;
import io.coppice.proto.network.v1.SecurityGroupRule;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * Writes rules in OVN's language of matches. What comes from outside is in them as numbers that were read, and as ids that were
 * checked. Source: ovn-sb(5), "Logical_Flow table", match; Amazon VPC user guide, "Security group rules" and "Network ACL rules".
 */
final class Matches {
    static final String ANY_IP = "(ip4 || ip6)";

    private static final int ICMP = 1;
    private static final int TCP = 6;
    private static final int UDP = 17;
    private static final int ICMPV6 = 58;
    private static final int ANY = -1;
    private static final int LAST_PORT = 65_535;

    private final String vpcId;

    /** Writes rules that name groups of this VPC. */
    Matches(String vpcId) {
        this.vpcId = vpcId;
    }

    /** Which end of a packet a rule speaks of. */
    enum Side {
        SOURCE("src"),
        DESTINATION("dst");

        private final String field;

        Side(String field) {
            this.field = field;
        }
    }

    private enum Family {
        IPV4("ip4", "icmp4", ICMP, List.of(3, 4, 5, 11, 12)),
        IPV6("ip6", "icmp6", ICMPV6, List.of(1, 2, 3, 4));

        private final String header;
        private final String messages;
        private final int protocol;
        /** Types of messages that speak of another packet, and are part of its flow or of none. */
        private final List<Integer> errors;

        Family(String header, String messages, int protocol, List<Integer> errors) {
            this.header = header;
            this.messages = messages;
            this.protocol = protocol;
            this.errors = errors;
        }

        boolean has(String range) {
            return VpcMessages.isIpv4(range) == (this == IPV4);
        }

        /** A rule about the other family's messages is about none of this one's packets. */
        boolean knows(int ruleProtocol) {
            return ruleProtocol != (this == IPV4 ? ICMPV6 : ICMP);
        }
    }

    /** What a rule is about: one match for each family. */
    List<String> of(SecurityGroupRule rule, Side peer) {
        return families(rule, peer)
                .map(half ->
                        half.with(protocol(half.family(), rule.getProtocol(), rule.getFromPort(), rule.getToPort())))
                .toList();
    }

    /**
     * The part of it that is errors of ICMP. Those that belong to no flow are nobody's to a connection tracker, and are
     * matched without one.
     */
    List<String> errorsOf(SecurityGroupRule rule, Side peer) {
        return families(rule, peer)
                .flatMap(half -> errors(half.family(), rule).map(half::with))
                .toList();
    }

    static List<String> of(NetworkAclEntry entry, Side peer) {
        return Stream.of(Family.values())
                .filter(family -> family.has(entry.getCidr()) && family.knows(entry.getProtocol()))
                .map(family -> new Half(family, range(family, entry.getCidr(), peer)))
                .map(half ->
                        half.with(protocol(half.family(), entry.getProtocol(), entry.getFromPort(), entry.getToPort())))
                .toList();
    }

    /** A rule in one family, of which the other side is said and the protocol is not yet. */
    private record Half(Family family, String peer) {
        String with(String protocol) {
            return both(peer, protocol);
        }
    }

    private Stream<Half> families(SecurityGroupRule rule, Side peer) {
        return Stream.of(Family.values())
                .filter(family -> family.knows(rule.getProtocol()))
                .flatMap(family -> switch (rule.getPeerCase()) {
                    case CIDR ->
                        family.has(rule.getCidr())
                                ? Stream.of(new Half(family, range(family, rule.getCidr(), peer)))
                                : Stream.empty();
                    case SECURITY_GROUP_ID ->
                        Stream.of(new Half(family, members(family, rule.getSecurityGroupId(), peer)));
                    case PEER_NOT_SET -> Stream.empty();
                });
    }

    /** OVN makes a set of each family's addresses for every port group. */
    private String members(Family family, String group, Side peer) {
        return "%1$s.%2$s == $%3$s_%1$s".formatted(family.header, peer.field, Titles.portGroup(vpcId, group));
    }

    private static String range(Family family, String cidr, Side peer) {
        var range = family == Family.IPV4
                ? Cidr.parse(cidr).toString()
                : Ipv6.parse(cidr).toString();
        return range.endsWith("/0") ? family.header : "%s.%s == %s".formatted(family.header, peer.field, range);
    }

    private static String protocol(Family family, int protocol, int from, int to) {
        if (protocol == family.protocol) {
            return messages(family, from, to);
        }
        return switch (protocol) {
            case ANY -> "";
            case TCP -> ports("tcp", from, to);
            case UDP -> ports("udp", from, to);
            default -> "ip.proto == " + protocol;
        };
    }

    private static String ports(String protocol, int from, int to) {
        var first = Math.max(from, 0);
        var last = to < 0 ? LAST_PORT : to;
        var parts = new ArrayList<>(List.of(protocol));
        if (first == last) {
            parts.add("%s.dst == %d".formatted(protocol, first));
        } else {
            if (first > 0) {
                parts.add("%s.dst >= %d".formatted(protocol, first));
            }
            if (last < LAST_PORT) {
                parts.add("%s.dst <= %d".formatted(protocol, last));
            }
        }
        return String.join(" && ", parts);
    }

    private static String messages(Family family, int type, int code) {
        if (type == ANY) {
            return family.messages;
        }
        return both(
                "%s.type == %d".formatted(family.messages, type),
                code == ANY ? "" : "%s.code == %d".formatted(family.messages, code));
    }

    private static Stream<String> errors(Family family, SecurityGroupRule rule) {
        UnaryOperator<String> ofTypes = types -> "%s.type == {%s}".formatted(family.messages, types);
        if (rule.getProtocol() == ANY || (rule.getProtocol() == family.protocol && rule.getFromPort() == ANY)) {
            var types = family.errors.stream().map(String::valueOf).toList();
            return Stream.of(ofTypes.apply(String.join(", ", types)));
        }
        return rule.getProtocol() == family.protocol && family.errors.contains(rule.getFromPort())
                ? Stream.of(messages(family, rule.getFromPort(), rule.getToPort()))
                : Stream.empty();
    }

    static String both(String one, String other) {
        return other.isEmpty() ? one : one + " && " + other;
    }
}
