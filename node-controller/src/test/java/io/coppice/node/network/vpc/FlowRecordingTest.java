package io.coppice.node.network.vpc;

import static io.coppice.node.network.vpc.NetworkEngineContract.DB;
import static io.coppice.node.network.vpc.NetworkEngineContract.OPEN;
import static io.coppice.node.network.vpc.NetworkEngineContract.RED;
import static io.coppice.node.network.vpc.NetworkEngineContract.guest;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coppice.proto.network.v1.FlowCount;
import io.coppice.proto.network.v1.FlowLogging;
import io.coppice.proto.network.v1.FlowReport;
import io.coppice.proto.network.v1.InterfaceFlows;
import io.coppice.proto.network.v1.Vpc;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, flow logs would say of real packets what did not happen to them, or leave them out. */
class FlowRecordingTest {
    private static final int LINES = 50;
    private static final long PATIENCE_NANOS = Duration.ofSeconds(60).toNanos();

    @TempDir
    private Path folder;

    private NetworkLab lab;

    @BeforeEach
    void raise() throws Exception {
        var missing = NetworkLab.missing();
        assumeTrue(missing.isEmpty(), () -> "networks cannot be made here: " + missing);
        lab = new NetworkLab(folder);
    }

    @AfterEach
    void clear() throws Exception {
        if (lab != null) {
            lab.close();
        }
    }

    private static Vpc.Builder logged(Vpc.Builder vpc) {
        return vpc.setGeneration(vpc.getGeneration() + 1)
                .setFlowLogging(FlowLogging.newBuilder().setWholeVpc(true));
    }

    /** Everything that the host tells until something of it is what is waited for. */
    private static List<FlowReport> until(LabHost host, Predicate<InterfaceFlows> wanted) throws Exception {
        var all = new ArrayList<FlowReport>();
        var begin = System.nanoTime();
        while (System.nanoTime() - begin < PATIENCE_NANOS) {
            host.engine().repair();
            all.addAll(host.engine().recordedFlows(Duration.ofSeconds(1)));
            if (all.stream().flatMap(each -> each.getInterfacesList().stream()).anyMatch(wanted)) {
                return all;
            }
            Thread.sleep(200);
        }
        throw new AssertionError("not told within a minute; this was: " + all);
    }

    private static List<FlowCount> flows(List<FlowReport> reports, LabGuest guest) {
        return reports.stream()
                .flatMap(each -> each.getInterfacesList().stream())
                .filter(each -> isOf(each, guest))
                .flatMap(each -> each.getFlowsList().stream())
                .toList();
    }

    private static boolean isOf(InterfaceFlows flows, LabGuest guest) {
        return flows.getNetworkInterfaceId().equals(guest.endpoint().getNetworkInterfaceId());
    }

    private static long packets(List<FlowCount> flows, Predicate<FlowCount> wanted) {
        return flows.stream().filter(wanted).mapToLong(FlowCount::getPackets).sum();
    }

    @Test
    void acceptedFlowsAreCountedByTheirPacketsAndBytesOnBothSides() throws Exception {
        var host = lab.addHost();
        var vpc = logged(NetworkEngineContract.red());
        lab.tell(vpc);
        var one = guest(lab, vpc.build(), "one", host, 0, "10.0.1.10", OPEN);
        var two = guest(lab, vpc.build(), "two", host, 0, "10.0.1.11", OPEN);
        lab.tellLocations(RED);
        int from;
        try (var server = Wire.echo(two.space(), 80);
                var open = Wire.connect(one.space(), two.address(), server.getLocalPort())
                        .orElseThrow()) {
            from = open.getLocalPort();
            Wire.line(open);
            for (var line = 0; line < LINES; line++) {
                assertTrue(Wire.isAlive(open));
            }
        }
        Predicate<FlowCount> there = flow -> flow.getSource().equals(one.address())
                && flow.getDestination().equals(two.address())
                && flow.getProtocol() == Probe.TCP
                && flow.getSourcePort() == from
                && flow.getDestinationPort() == 80;
        var reports = until(host, each -> isOf(each, two) && each.getFlowsCount() > 0);
        var sent = flows(reports, one).stream().filter(there).toList();
        assertTrue(packets(sent, FlowCount::getAccepted) >= LINES, sent::toString);
        var bytes = sent.stream().mapToLong(FlowCount::getBytes).sum();
        var packets = packets(sent, any -> true);
        assertTrue(bytes >= packets * 40 && bytes <= packets * 200, sent::toString);
        assertEquals(sent, flows(reports, two).stream().filter(there).toList(), "what one sent the other received");
        Predicate<FlowCount> back = flow -> flow.getSourcePort() == 80 && flow.getDestinationPort() == from;
        assertTrue(packets(flows(reports, one), back.and(FlowCount::getAccepted)) >= LINES, reports::toString);
        assertFalse(flows(reports, one).stream().anyMatch(flow -> !flow.getAccepted()), reports::toString);
        assertTrue(reports.stream().allMatch(each -> each.getEndSeconds() > each.getBeginSeconds()));
        assertFalse(reports.stream()
                .flatMap(each -> each.getInterfacesList().stream())
                .anyMatch(InterfaceFlows::getSkipped));
    }

    /** The receiver's groups refuse: its own host says so, and the sender's says that the packets left. */
    @Test
    void refusedPacketsAreCountedWhereTheyAreRefused() throws Exception {
        var host = lab.addHost();
        var vpc = logged(NetworkEngineContract.red());
        lab.tell(vpc);
        var web = guest(lab, vpc.build(), "web", host, 0, "10.0.1.10", OPEN);
        var db = guest(lab, vpc.build(), "db", host, 0, "10.0.1.11", DB);
        lab.tellLocations(RED);
        web.send(Probe.parse("tcp22"), 1, db.address());
        var reports = until(
                host,
                each -> isOf(each, db)
                        && each.getFlowsList().stream().anyMatch(flow -> flow.getDestinationPort() == 22));
        var received = flows(reports, db).stream()
                .filter(flow -> flow.getDestinationPort() == 22)
                .toList();
        assertEquals(1, received.size());
        assertFalse(received.getFirst().getAccepted());
        assertEquals(1, received.getFirst().getPackets());
        assertEquals(40, received.getFirst().getBytes(), "two headers and nothing else");
        var sent = flows(reports, web).stream()
                .filter(flow -> flow.getDestinationPort() == 22)
                .toList();
        assertEquals(1, sent.size());
        assertTrue(sent.getFirst().getAccepted());
        db.send(Probe.parse("tcp22"), 2, web.address());
        var later = until(
                host,
                each -> isOf(each, db)
                        && each.getFlowsList().stream()
                                .anyMatch(flow -> flow.getSource().equals(db.address())));
        var refused = flows(later, db).stream()
                .filter(flow -> flow.getSource().equals(db.address()))
                .toList();
        assertFalse(refused.getFirst().getAccepted(), "its own groups let it send nothing there");
        assertTrue(
                flows(later, web).stream().noneMatch(flow -> flow.getSource().equals(db.address())),
                "so it never came to the other");
    }

    /** They are counted from the first interface with an IPv6 address on, though a period without any had begun. */
    @Test
    void flowsOfIpv6AreCountedBesideThoseOfIpv4() throws Exception {
        var host = lab.addHost();
        var vpc = logged(NetworkEngineContract.red());
        lab.tell(vpc);
        var plain = guest(lab, vpc.build(), "plain", host, 0, "10.0.1.9", OPEN);
        var web = NetworkEngineContract.both(lab, vpc.build(), "web", host, 0, "10.0.1.10", OPEN);
        var db = NetworkEngineContract.both(lab, vpc.build(), "db", host, 0, "10.0.1.11", DB);
        lab.tellLocations(RED);
        var from = NetworkEngineContract.ipv6Of(web.address());
        var to = NetworkEngineContract.ipv6Of(db.address());
        web.send(Probe.parse("icmp1.4/6"), 1, to);
        web.send(Probe.parse("tcp22/6"), 2, to);
        plain.send(Probe.parse("udp53"), 3, web.address());
        var reports = until(
                host,
                each -> isOf(each, db)
                        && each.getFlowsList().stream().anyMatch(flow -> flow.getDestinationPort() == 22));
        var received = flows(reports, db);
        assertTrue(
                received.stream()
                        .allMatch(flow -> flow.getSource().equals(from)
                                && flow.getDestination().equals(to)),
                () -> "only these two came, and no questions of neighbours: " + received);
        assertEquals(
                1,
                packets(received, flow -> flow.getProtocol() == Probe.ICMPV6 && flow.getAccepted()),
                received::toString);
        var refused = received.stream().filter(flow -> !flow.getAccepted()).toList();
        assertEquals(1, refused.size(), received::toString);
        assertEquals(Probe.TCP, refused.getFirst().getProtocol());
        assertEquals(60, refused.getFirst().getBytes(), "two headers and nothing else");
        assertEquals(2, packets(flows(reports, web), flow -> flow.getSource().equals(from) && flow.getAccepted()));
        assertEquals(
                1, packets(flows(reports, plain), flow -> flow.getDestination().equals(web.address())));
    }

    @Test
    void onlyWhatIsWantedIsCountedAndARestartForgetsNothing() throws Exception {
        var host = lab.addHost();
        var vpc = NetworkEngineContract.red();
        lab.tell(vpc);
        var one = guest(lab, vpc.build(), "one", host, 0, "10.0.1.10", OPEN);
        var two = guest(lab, vpc.build(), "two", host, 0, "10.0.1.11", OPEN);
        lab.tellLocations(RED);
        assertEquals("", tables(host), "nobody wants flows, so nothing counts");
        vpc.setGeneration(vpc.getGeneration() + 1)
                .setFlowLogging(FlowLogging.newBuilder()
                        .addNetworkInterfaceIds(two.endpoint().getNetworkInterfaceId()));
        lab.tell(vpc);
        one.send(Probe.parse("udp53"), 1, two.address());
        one.send(Probe.parse("icmp8.0"), 2, two.address());
        host.restartEngine();
        var reports = until(host, each -> isOf(each, two) && each.getFlowsCount() > 0);
        assertEquals(1, packets(flows(reports, two), flow -> flow.getProtocol() == Probe.UDP));
        assertTrue(packets(flows(reports, two), flow -> flow.getProtocol() == Probe.ICMP) >= 1);
        assertEquals(List.of(), flows(reports, one));
        var silent = until(host, each -> each.getFlowsCount() == 0);
        assertTrue(silent.getLast().getInterfacesList().stream().allMatch(each -> isOf(each, two)));
        vpc.setGeneration(vpc.getGeneration() + 1).clearFlowLogging();
        lab.tell(vpc);
        var begin = System.nanoTime();
        while (!tables(host).isEmpty() && System.nanoTime() - begin < PATIENCE_NANOS) {
            host.engine().recordedFlows(Duration.ofSeconds(1));
            Thread.sleep(200);
        }
        assertEquals("", tables(host), "nothing is left of it");
    }

    private static String tables(LabHost host) throws Exception {
        return Space.must("nsenter", "--net=/run/netns/" + host.namespace(RED), "nft", "list", "tables")
                .lines()
                .filter(line -> line.contains("flows_"))
                .collect(Collectors.joining("\n"));
    }
}
