package io.coppice.node.network.vpc;

import io.coppice.proto.network.v1.NetworkAcl;
import io.coppice.proto.network.v1.NetworkAclEntry;
import io.coppice.proto.network.v1.SecurityGroupRule;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Writes the rules of security groups and network ACLs in the language of nft(8). Rules about IPv6 are left out: no IPv6 packet
 * passes. Source: Amazon VPC user guide, "Security group rules" and "Network ACL rules".
 */
final class SecurityRules {
    static final int ICMP = 1;
    static final int TCP = 6;
    static final int UDP = 17;
    static final int ICMPV6 = 58;
    static final int ANY = -1;
    private static final int LAST_PORT = 65_535;

    private SecurityRules() {}

    /** Which end of a packet a rule speaks of. */
    enum Side {
        SOURCE("saddr"),
        DESTINATION("daddr");

        private final String field;

        Side(String field) {
            this.field = field;
        }
    }

    /** The name of the set with the private addresses of a group's members. */
    static String members(String group) {
        return "m_" + group.replace('-', '_');
    }

    /** What a group allows; every other packet goes on. */
    static List<String> allowed(List<SecurityGroupRule> rules, Side peer) {
        return rules.stream().flatMap(rule -> allowed(rule, peer)).distinct().toList();
    }

    private static Stream<String> allowed(SecurityGroupRule rule, Side peer) {
        return switch (rule.getPeerCase()) {
            case SECURITY_GROUP_ID ->
                Stream.of("ip %s @%s %s"
                        .formatted(
                                peer.field,
                                members(rule.getSecurityGroupId()),
                                accept(protocol(rule.getProtocol(), rule.getFromPort(), rule.getToPort()))));
            case CIDR ->
                VpcMessages.isIpv4(rule.getCidr())
                        ? Stream.of("%s %s"
                                .formatted(
                                        range(rule.getCidr(), peer),
                                        accept(protocol(rule.getProtocol(), rule.getFromPort(), rule.getToPort()))))
                        : Stream.empty();
            case PEER_NOT_SET -> Stream.empty();
        };
    }

    private static String accept(String match) {
        return match.isEmpty() ? "accept" : match + " accept";
    }

    /** The entries of one direction of an ACL, ending with the refusal of everything else; what is allowed goes back to the caller. */
    static List<String> inOrder(List<NetworkAclEntry> entries, Side peer) {
        var rules = new ArrayList<String>();
        for (var entry : entries) {
            if (VpcMessages.isIpv4(entry.getCidr())) {
                var match = protocol(entry.getProtocol(), entry.getFromPort(), entry.getToPort());
                rules.add("%s %s %s"
                        .formatted(range(entry.getCidr(), peer), match, entry.getAllow() ? "return" : "drop")
                        .replace("  ", " "));
            }
        }
        rules.add("drop");
        return rules;
    }

    static String chain(NetworkAcl acl, String direction) {
        return "%s_%s".formatted(acl.getNetworkAclId().replace('-', '_'), direction);
    }

    private static String range(String cidr, Side peer) {
        var range = Cidr.parse(cidr);
        return range.equals(Cidr.ANY) ? "meta nfproto ipv4" : "ip %s %s".formatted(peer.field, range);
    }

    private static String protocol(int protocol, int from, int to) {
        return switch (protocol) {
            case ANY -> "";
            case TCP -> "tcp " + ports(from, to);
            case UDP -> "udp " + ports(from, to);
            case ICMP -> icmp(from, to);
            default -> "meta l4proto " + protocol;
        };
    }

    private static String ports(int from, int to) {
        var first = Math.max(from, 0);
        var last = to < 0 ? LAST_PORT : to;
        return first == last ? "dport " + first : "dport %d-%d".formatted(first, last);
    }

    private static String icmp(int type, int code) {
        if (type == ANY) {
            return "meta l4proto icmp";
        }
        return code == ANY ? "icmp type " + type : "icmp type %d icmp code %d".formatted(type, code);
    }
}
