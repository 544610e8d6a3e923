package io.coppice.node.network.ovn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.coppice.node.network.ovn.Matches.Side;
import io.coppice.proto.network.v1.NetworkAclEntry;
import io.coppice.proto.network.v1.SecurityGroupRule;
import java.util.List;
import org.junit.jupiter.api.Test;

/** If this failed, a rule would say something else to OVN than it says to who wrote it. */
class MatchesTest {
    private static final Matches MATCHES = new Matches("vpc-1");

    private static SecurityGroupRule.Builder rule(int protocol, int from, int to) {
        return SecurityGroupRule.newBuilder()
                .setProtocol(protocol)
                .setFromPort(from)
                .setToPort(to);
    }

    private static List<String> from(SecurityGroupRule.Builder rule) {
        return MATCHES.of(rule.build(), Side.SOURCE);
    }

    @Test
    void ranges() {
        assertEquals(
                List.of("ip4.src == 10.0.0.0/8 && tcp && tcp.dst == 80"),
                from(rule(6, 80, 80).setCidr("10.0.0.0/8")));
        assertEquals(
                List.of("ip4 && udp && udp.dst >= 53 && udp.dst <= 60"),
                from(rule(17, 53, 60).setCidr("0.0.0.0/0")));
        assertEquals(List.of("ip6 && tcp"), from(rule(6, -1, -1).setCidr("::/0")));
        assertEquals(List.of("ip4"), from(rule(-1, -1, -1).setCidr("0.0.0.0/0")));
        assertEquals(List.of("ip4 && ip.proto == 47"), from(rule(47, -1, -1).setCidr("0.0.0.0/0")));
    }

    @Test
    void groupsAreOfBothFamilies() {
        assertEquals(
                List.of(
                        "ip4.src == $coppice_vpc_1_sg_1_ip4 && tcp && tcp.dst == 22",
                        "ip6.src == $coppice_vpc_1_sg_1_ip6 && tcp && tcp.dst == 22"),
                from(rule(6, 22, 22).setSecurityGroupId("sg-1")));
    }

    @Test
    void messagesAreOfOneFamily() {
        assertEquals(
                List.of("ip4.src == $coppice_vpc_1_sg_1_ip4 && icmp4.type == 8 && icmp4.code == 0"),
                from(rule(1, 8, 0).setSecurityGroupId("sg-1")));
        assertEquals(List.of(), from(rule(1, 8, -1).setCidr("::/0")));
        assertEquals(List.of("ip6 && icmp6.type == 128"), from(rule(58, 128, -1).setCidr("::/0")));
    }

    @Test
    void errorsThatBelongToNoFlowAreMatchedWithoutOne() {
        var errors = List.of("ip4 && icmp4.type == {3, 4, 5, 11, 12}");
        assertEquals(
                errors, MATCHES.errorsOf(rule(-1, -1, -1).setCidr("0.0.0.0/0").build(), Side.SOURCE));
        assertEquals(
                errors, MATCHES.errorsOf(rule(1, -1, -1).setCidr("0.0.0.0/0").build(), Side.SOURCE));
        assertEquals(
                List.of("ip4 && icmp4.type == 3 && icmp4.code == 4"),
                MATCHES.errorsOf(rule(1, 3, 4).setCidr("0.0.0.0/0").build(), Side.SOURCE));
        assertEquals(
                List.of(), MATCHES.errorsOf(rule(1, 8, -1).setCidr("0.0.0.0/0").build(), Side.SOURCE));
        assertEquals(
                List.of(), MATCHES.errorsOf(rule(6, 80, 80).setCidr("0.0.0.0/0").build(), Side.SOURCE));
    }

    @Test
    void entriesOfAcls() {
        var entry = NetworkAclEntry.newBuilder()
                .setProtocol(6)
                .setFromPort(0)
                .setToPort(1023)
                .setCidr("0.0.0.0/0");
        assertEquals(List.of("ip4 && tcp && tcp.dst <= 1023"), Matches.of(entry.build(), Side.DESTINATION));
        assertEquals(
                List.of("ip6.dst == fd00::/56"),
                Matches.of(
                        NetworkAclEntry.newBuilder()
                                .setProtocol(-1)
                                .setFromPort(-1)
                                .setToPort(-1)
                                .setCidr("fd00::/56")
                                .build(),
                        Side.DESTINATION));
    }
}
