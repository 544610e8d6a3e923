package io.coppice.node.network.vpc;

import io.coppice.proto.network.v1.NetworkAclEntry;
import io.coppice.proto.network.v1.SecurityGroup;
import io.coppice.proto.network.v1.SecurityGroupRule;

/** Short ways to write rules in tests. */
final class Rules {
    private static final String ANYWHERE = "0.0.0.0/0";

    private Rules() {}

    static SecurityGroupRule rule(int protocol, int from, int to, String peer) {
        var rule = SecurityGroupRule.newBuilder()
                .setProtocol(protocol)
                .setFromPort(from)
                .setToPort(to);
        return (peer.startsWith("sg-") ? rule.setSecurityGroupId(peer) : rule.setCidr(peer)).build();
    }

    static SecurityGroupRule tcp(int port, String peer) {
        return rule(Probe.TCP, port, port, peer);
    }

    static SecurityGroupRule everything() {
        return rule(-1, -1, -1, ANYWHERE);
    }

    static SecurityGroupRule everythingByIpv6() {
        return rule(-1, -1, -1, "::/0");
    }

    static SecurityGroup.Builder group(String id) {
        return SecurityGroup.newBuilder().setSecurityGroupId(id);
    }

    static NetworkAclEntry entry(int number, boolean allow, int protocol, int from, int to, String cidr) {
        return NetworkAclEntry.newBuilder()
                .setRuleNumber(number)
                .setAllow(allow)
                .setProtocol(protocol)
                .setFromPort(from)
                .setToPort(to)
                .setCidr(cidr)
                .build();
    }
}
