package io.coppice.node.network.vpc;

import static io.coppice.node.network.vpc.NetworkEngineContract.OPEN;
import static io.coppice.node.network.vpc.NetworkEngineContract.RED;
import static io.coppice.node.network.vpc.NetworkEngineContract.WEB;
import static io.coppice.node.network.vpc.Rules.entry;
import static io.coppice.node.network.vpc.Rules.everything;
import static io.coppice.node.network.vpc.Rules.group;
import static io.coppice.node.network.vpc.Rules.tcp;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coppice.proto.network.v1.NetworkAcl;
import io.coppice.proto.network.v1.Vpc;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * If this failed, hosts that share OVN's database would spoil each other's work or other people's, rows would stay behind when
 * nobody needs them, what somebody deleted would not come back, or rules that OVN has no place of its own for would not hold.
 */
@Tag("full")
class OvnUpkeepTest extends TwoHosts {
    private static final int A = 1;
    private static final List<String> TABLES = List.of(
            "Logical_Router",
            "Logical_Router_Port",
            "Logical_Router_Policy",
            "Logical_Router_Static_Route",
            "Logical_Switch",
            "Logical_Switch_Port",
            "Port_Group",
            "ACL",
            "NAT",
            "Gateway_Chassis",
            "DHCP_Options");

    @Override
    protected NetworkLab newLab(Path home) throws IOException {
        assumeTrue(OvnSite.isInstalled(), "no OVN here: apt-get install ovn-central ovn-host");
        return NetworkLab.onOvn(home);
    }

    private static Vpc.Builder withPort(int port) {
        return NetworkEngineContract.red()
                .setSecurityGroups(
                        0, group(WEB).addIngress(tcp(port, "10.0.0.0/16")).addEgress(everything()));
    }

    @Test
    void aHostThatWasNotToldYetDoesNotUndoWhatOthersWrote() throws Exception {
        lab.tell(withPort(80));
        var server = red("server", first, "10.0.1.10", WEB);
        var client = red("client", second, "10.0.2.10", OPEN);
        try (var http = Wire.echo(server.space(), 80);
                var other = Wire.echo(server.space(), 81)) {
            assertTrue(Wire.connect(client.space(), "10.0.1.10", http.getLocalPort())
                    .isPresent());
            first.engine().apply(withPort(81).setGeneration(2).build());
            second.engine().repair();
            var late = red("late", second, "10.0.2.11", OPEN);
            assertTrue(Wire.connect(late.space(), "10.0.1.10", other.getLocalPort())
                    .isPresent());
            assertTrue(Wire.connect(late.space(), "10.0.1.10", 80).isEmpty(), "the newer rules are not undone");
            second.engine().apply(withPort(80).setGeneration(3).build());
            assertTrue(Wire.connect(late.space(), "10.0.1.10", 80).isPresent(), "whoever was told most writes");
        }
    }

    @Test
    void nothingIsLeftWhenTheLastOneLeavesAndOthersRowsStay() throws Exception {
        lab.ovn().nbctl("ls-add", "theirs", "--", "lsp-add", "theirs", "their-port");
        lab.ovn().nbctl("pg-add", "their_group", "their-port");
        var before = rows();
        lab.tell(NetworkEngineContract.red());
        var one = red("one", first, "10.0.1.10", OPEN);
        var two = red("two", second, "10.0.2.10", OPEN);
        assertFalse(before.equals(rows()));
        lab.removeGuest(one);
        assertTrue(lab.ovn()
                .nbctl("lsp-list", "coppice-" + two.endpoint().getSubnetId())
                .contains(two.endpoint().getNetworkInterfaceId()));
        lab.removeGuest(two);
        assertEquals(before, rows(), "with the last interface goes what all shared, and nothing else");
        for (var host : lab.hosts()) {
            assertEquals(List.of(), Namespace.named(host.settings().bridge() + "-"));
            assertFalse(host.space().run("ip", "link").contains(host.settings().pairPrefix()));
        }
    }

    private List<String> rows() throws IOException {
        var all = new ArrayList<String>();
        for (var table : TABLES) {
            for (var uuid : lab.ovn()
                    .nbctl("--bare", "--columns=_uuid", "list", table)
                    .lines()
                    .sorted()
                    .toList()) {
                if (!uuid.isEmpty()) {
                    all.add(table + " " + uuid);
                }
            }
        }
        return all;
    }

    @Test
    void whatSomebodyDeletesComesBackAndFlowsGoOn() throws Exception {
        lab.tell(withPort(80));
        var server = red("server", first, "10.0.1.10", WEB);
        var client = red("client", second, "10.0.2.10", OPEN);
        try (var http = Wire.echo(server.space(), 80);
                var other = Wire.echo(server.space(), 81);
                var flow = Wire.connect(client.space(), "10.0.1.10", http.getLocalPort())
                        .orElseThrow()) {
            Wire.line(flow);
            first.engine().repair();
            assertTrue(Wire.isAlive(flow), "an idle repair disturbs nothing");
            lab.ovn().nbctl("--wait=hv", "pg-del", portGroup("guests"));
            assertTrue(
                    Wire.connect(client.space(), "10.0.1.10", other.getLocalPort())
                            .isPresent(),
                    "without the group of all guests nothing is refused");
            first.engine().repair();
            second.engine().repair();
            assertTrue(Wire.connect(client.space(), "10.0.1.10", 81).isEmpty());
            assertTrue(Wire.connect(client.space(), "10.0.1.10", 80).isPresent());
            assertTrue(Wire.isAlive(flow));

            lab.ovn().nbctl("--wait=hv", "lr-del", "coppice-" + RED);
            assertTrue(Wire.connect(client.space(), "10.0.1.10", 80).isEmpty(), "no router leads there");
            first.engine().repair();
            second.engine().repair();
            assertTrue(Wire.connect(client.space(), "10.0.1.10", 80).isPresent());
            first.restartEngine();
            assertTrue(Wire.connect(client.space(), "10.0.1.10", 80).isPresent(), "nor does a restart disturb");
        }
    }

    private static String portGroup(String key) {
        return "coppice_%s_%s".formatted(RED.replace('-', '_'), key);
    }

    @Test
    void theResolverAnswersInItsOwnSubnetAndWhateverRulesSay() throws Exception {
        var vpc = NetworkEngineContract.red().setSecurityGroups(0, group(WEB)).clearNetworkAcls();
        vpc.getSubnetsBuilder(0).setCidrBlock("10.0.0.0/24");
        vpc.addNetworkAcls(
                NetworkAcl.newBuilder().setNetworkAclId(vpc.getSubnets(0).getNetworkAclId()));
        lab.tell(vpc);
        var one = NetworkEngineContract.guest(lab, vpc.build(), "one", first, 0, "10.0.0.10", WEB);
        var two = NetworkEngineContract.guest(lab, vpc.build(), "two", second, 0, "10.0.0.11", WEB);
        lab.tellLocations(RED);
        for (var guest : List.of(one, two)) {
            assertEquals(
                    Optional.of("10.0.0.11"),
                    Wire.resolve(guest.space(), "10.0.0.2", "ip-10-0-0-11.us-east-1.internal", A));
        }
    }

    @Test
    void networkAclsJudgeEveryPacketAndAnswersToo() throws Exception {
        lab.tell(withAnswers(true));
        var asker = red("asker", first, "10.0.1.10", OPEN);
        var server =
                NetworkEngineContract.guest(lab, withAnswers(true).build(), "server", second, 2, "10.0.3.10", OPEN);
        try (var http = Wire.echo(server.space(), 80);
                var flow = Wire.connect(asker.space(), "10.0.3.10", http.getLocalPort())
                        .orElseThrow()) {
            Wire.line(flow);
            lab.tell(withAnswers(false));
            assertFalse(
                    Wire.isAlive(flow), "what leaves the subnet is judged although a group has seen its flow begin");
            assertTrue(Wire.connect(asker.space(), "10.0.3.10", 80).isEmpty(), "the answer does not leave");
            lab.tell(withAnswers(true));
            assertTrue(Wire.connect(asker.space(), "10.0.3.10", 80).isPresent());
        }
    }

    /** Everything enters the third subnet; whether TCP leaves it for the first. */
    private static Vpc.Builder withAnswers(boolean leave) {
        var vpc = NetworkEngineContract.red();
        var acl = vpc.getNetworkAcls(1);
        return vpc.setNetworkAcls(
                1,
                NetworkAcl.newBuilder()
                        .setNetworkAclId(acl.getNetworkAclId())
                        .addIngress(entry(100, true, -1, -1, -1, "0.0.0.0/0"))
                        .addEgress(entry(100, leave, Probe.TCP, 0, 65_535, "10.0.1.0/24"))
                        .addEgress(entry(110, true, -1, -1, -1, "0.0.0.0/0")));
    }

    @Test
    void hostsWriteAtTheSameTime() throws Exception {
        lab.tell(NetworkEngineContract.red());
        var work = new ArrayList<Callable<LabGuest>>();
        for (int i = 0; i < 2; i++) {
            for (var host : lab.hosts()) {
                var address = "10.0.1.%d".formatted(10 + work.size());
                var vpc = NetworkEngineContract.red().build();
                var endpoint = NetworkLab.endpoint(vpc, vpc.getSubnets(0), address, OPEN)
                        .build();
                var guest = lab.addGuest("guest-" + address, host, endpoint);
                work.add(guest::boot);
            }
        }
        try (var together = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var done : together.invokeAll(work)) {
                done.get();
            }
        }
        var members = lab.ovn().nbctl("--bare", "--columns=ports", "find", "Port_Group", "name=" + portGroup("guests"));
        assertEquals(work.size(), members.strip().split(" ").length, "each guest is in the group of all guests");
        assertEquals(1, lab.ovn().nbctl("lr-list").lines().count(), "and there is one router");
    }
}
