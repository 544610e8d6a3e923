package io.coppice.node.network.vpc;

import io.coppice.proto.network.v1.NetworkAcl;
import io.coppice.proto.network.v1.NetworkAclEntry;
import io.coppice.proto.network.v1.SecurityGroupRule;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Writes the rules of security groups and network ACLs in the language of nft(8). Rules about a family that the VPC does not have are
 * left out: no packet of it passes. Source: Amazon VPC user guide, "Security group rules" and "Network ACL rules".
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
    static String members(String group, Family family) {
        return family.own("m") + "_" + group.replace('-', '_');
    }

    /** What a group allows; every other packet goes on. */
    static List<String> allowed(List<SecurityGroupRule> rules, Side peer, List<Family> families) {
        return rules.stream()
                .flatMap(rule -> families.stream().flatMap(family -> allowed(rule, peer, family)))
                .distinct()
                .toList();
    }

    private static Stream<String> allowed(SecurityGroupRule rule, Side peer, Family family) {
        if (family.strange().contains(rule.getProtocol())) {
            return Stream.empty();
        }
        var match = accept(protocol(rule.getProtocol(), rule.getFromPort(), rule.getToPort(), family));
        return switch (rule.getPeerCase()) {
            case SECURITY_GROUP_ID ->
                Stream.of("%s %s @%s %s"
                        .formatted(family.header(), peer.field, members(rule.getSecurityGroupId(), family), match));
            case CIDR ->
                family.has(rule.getCidr())
                        ? Stream.of(range(rule.getCidr(), peer, family) + " " + match)
                        : Stream.empty();
            case PEER_NOT_SET -> Stream.empty();
        };
    }

    private static String accept(String match) {
        return match.isEmpty() ? "accept" : match + " accept";
    }

    /** The entries of one direction of an ACL, ending with the refusal of everything else; what is allowed goes back to the caller. */
    static List<String> inOrder(List<NetworkAclEntry> entries, Side peer, List<Family> families) {
        var rules = new ArrayList<String>();
        for (var entry : entries) {
            families.stream()
                    .filter(family -> family.has(entry.getCidr()))
                    .filter(family -> !family.strange().contains(entry.getProtocol()))
                    .map(family -> "%s %s %s"
                            .formatted(
                                    range(entry.getCidr(), peer, family),
                                    protocol(entry.getProtocol(), entry.getFromPort(), entry.getToPort(), family),
                                    entry.getAllow() ? "return" : "drop")
                            .replace("  ", " "))
                    .forEach(rules::add);
        }
        rules.add("drop");
        return rules;
    }

    static String chain(NetworkAcl acl, String direction) {
        return "%s_%s".formatted(acl.getNetworkAclId().replace('-', '_'), direction);
    }

    private static String range(String cidr, Side peer, Family family) {
        return family.isAnywhere(cidr)
                ? "meta nfproto " + family.protocol()
                : "%s %s %s".formatted(family.header(), peer.field, family.written(cidr));
    }

    private static String protocol(int protocol, int from, int to, Family family) {
        if (protocol == ICMPV6 && family == Family.IPV6) {
            return icmp("icmpv6", "ipv6-icmp", from, to);
        }
        return switch (protocol) {
            case ANY -> "";
            case TCP -> "tcp " + ports(from, to);
            case UDP -> "udp " + ports(from, to);
            case ICMP -> icmp("icmp", "icmp", from, to);
            default -> "meta l4proto " + protocol;
        };
    }

    private static String ports(int from, int to) {
        var first = Math.max(from, 0);
        var last = to < 0 ? LAST_PORT : to;
        return first == last ? "dport " + first : "dport %d-%d".formatted(first, last);
    }

    private static String icmp(String header, String protocol, int type, int code) {
        if (type == ANY) {
            return "meta l4proto " + protocol;
        }
        return code == ANY
                ? "%s type %d".formatted(header, type)
                : "%1$s type %2$d %1$s code %3$d".formatted(header, type, code);
    }
}
