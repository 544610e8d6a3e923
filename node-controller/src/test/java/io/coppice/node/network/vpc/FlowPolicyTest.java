package io.coppice.node.network.vpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.id.InstanceId;
import io.coppice.proto.compute.v1.PublicAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** If this failed, a change of rules would cut flows that are still allowed, or leave some open that are not. */
class FlowPolicyTest {
    private static final String ELASTIC = "198.18.0.50";

    @ParameterizedTest
    @CsvSource({
        "tcp, 6, 10.0.1.20, 10.0.1.10, 80, true",
        "tcp, 6, 10.0.1.20, 10.0.1.10, 22, false",
        "tcp, 6, 10.0.1.20, 10.0.1.10, 8050, true",
        "tcp, 6, 10.0.2.20, 10.0.1.10, 8050, false",
        "tcp, 6, 10.0.1.10, 10.0.9.9, 22, true",
        "udp, 17, 10.0.1.20, 10.0.1.10, 53, true",
        "udp, 17, 10.0.1.21, 10.0.1.10, 53, false",
        "udp, 17, 10.0.1.10, 10.0.0.2, 53, true"
    })
    void asksTheRulesOfBothEnds(String name, int protocol, String from, String to, int port, boolean allowed) {
        var line =
                "%s %d 100 ESTABLISHED src=%s dst=%s sport=1111 dport=%d src=%s dst=%s sport=%d dport=1111 [ASSURED] mark=0 use=1"
                        .formatted(name, protocol, from, to, port, to, from, port);
        assertEquals(Optional.of(allowed), Flow.parse(line).map(policy()::allows));
    }

    @Test
    void readsFlowsOfIcmpWithoutStateAndTranslatedOnes() {
        var ping = Flow.parse(
                        "icmp     1 29 src=10.0.1.20 dst=10.0.1.10 type=8 code=0 id=77 src=10.0.1.10 dst=10.0.1.20 type=0 code=0 id=77 mark=0 use=1")
                .orElseThrow();
        assertTrue(policy().allows(ping));
        assertEquals("-D -p 1 -s 10.0.1.20 -d 10.0.1.10 --icmp-type 8 --icmp-code 0 --icmp-id 77", ping.removal());
        assertEquals(
                Optional.empty(),
                Flow.parse(
                        "udp 17 29 src=fe80::1 dst=ff02::1 sport=1 dport=2 src=ff02::1 dst=fe80::1 sport=2 dport=1"));
        assertEquals(
                Optional.empty(), Flow.parse("conntrack v1.4.7 (conntrack-tools): 2 flow entries have been shown."));
    }

    @Test
    void questionsToTheMetadataServiceAreAskedForByNoRule() {
        var asking =
                "tcp 6 100 ESTABLISHED src=fdc0:bb1c:1:1::10 dst=fd00:ec2::254 sport=1 dport=80 src=fd00:ec2:0:1::a9fe:4001 dst=fd00:ec2:0:1::a9fe:4003 sport=8780 dport=1 [ASSURED] mark=0 use=1";
        assertEquals(Optional.of(true), Flow.parse(asking).map(policy()::allows));
    }

    @ParameterizedTest
    @CsvSource({"198.18.0.50, true", "198.18.0.51, false"})
    void aPublicAddressMustStillBeTheGuests(String address, boolean allowed) {
        var in =
                "tcp 6 100 ESTABLISHED src=203.0.113.5 dst=%s sport=1 dport=80 src=10.0.1.10 dst=203.0.113.5 sport=80 dport=1 [ASSURED] mark=0 use=1"
                        .formatted(address);
        var out =
                "tcp 6 100 ESTABLISHED src=10.0.1.10 dst=203.0.113.5 sport=1 dport=443 src=203.0.113.5 dst=%s sport=443 dport=1 [ASSURED] mark=0 use=1"
                        .formatted(address);
        assertEquals(Optional.of(allowed), Flow.parse(in).map(policy()::allows));
        assertEquals(Optional.of(allowed), Flow.parse(out).map(policy()::allows));
    }

    private static FlowPolicy policy() {
        var vpc = NetworkEngineContract.red().build();
        var web = NetworkLab.endpoint(vpc, vpc.getSubnets(0), "10.0.1.10", NetworkEngineContract.WEB)
                .addPublicAddresses(
                        PublicAddress.newBuilder().setPublicIpv4(ELASTIC).setPrivateIpv4("10.0.1.10"))
                .build();
        var client = NetworkLab.endpoint(vpc, vpc.getSubnets(0), "10.0.1.20", NetworkEngineContract.CLIENT)
                .build();
        return new FlowPolicy(new VpcView(
                settings(),
                "namespace",
                vpc,
                List.of(LocalInterface.of(InstanceId.random(), web, Map.of(web.getPrivateIpv4(), "169.254.64.3"))),
                Map.of("web", Face.of(web), "client", Face.of(client)),
                "169.254.64.2",
                1450));
    }

    private static VpcSettings settings() {
        return new VpcSettings(
                "node-1",
                Optional.empty(),
                "bridge",
                Optional.empty(),
                PublicAccess.OWN,
                Cidr.parse("198.18.0.0/16"),
                "198.18.0.1",
                Optional.empty(),
                "127.0.0.1",
                4789,
                Cidr.parse("169.254.64.0/18"),
                8780,
                Trunk.TUNNELS,
                Path.of("/etc/resolv.conf"));
    }
}
