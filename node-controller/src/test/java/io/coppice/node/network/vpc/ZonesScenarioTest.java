package io.coppice.node.network.vpc;

import static io.coppice.node.network.vpc.NetworkEngineContract.CLIENT;
import static io.coppice.node.network.vpc.NetworkEngineContract.DB;
import static io.coppice.node.network.vpc.NetworkEngineContract.OPEN;
import static io.coppice.node.network.vpc.NetworkEngineContract.WEB;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coppice.node.scenario.ZoneFixture;
import io.coppice.proto.compute.v1.Phase;
import io.coppice.proto.network.v1.Vpc;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, guests of one VPC in two zones would not meet, would be judged by what the other zone no longer says, or would lose each
 * other when the controller of a zone is away. Two Cluster Controllers, a Node Controller for each host, and real packets; nothing but
 * the guests' machines is simulated.
 */
class ZonesScenarioTest {
    private static final String ZONE_A = "us-east-1a";
    private static final String ZONE_B = "us-east-1b";
    private static final int POSTGRES = 5432;
    private static final long PATIENCE = 40_000_000_000L;
    private static final Probe PING = Probe.parse("icmp8.0");

    @TempDir
    private Path folder;

    private NetworkLab lab;
    private ZoneFixture a;
    private ZoneFixture b;
    private AgentsNetwork inA;
    private AgentsNetwork inB;
    private long generation;

    @BeforeEach
    void raise() throws Exception {
        var missing = NetworkLab.missing();
        assumeTrue(missing.isEmpty(), () -> "networks cannot be made here: " + missing);
        lab = new NetworkLab(folder);
        a = ZoneFixture.named(ZONE_A, folder, Map.of());
        b = ZoneFixture.named(ZONE_B, folder, Map.of("coppice.cluster.neighbours." + ZONE_A, "127.0.0.1:" + a.port()));
        a.controllerStops();
        a.configure("coppice.cluster.neighbours." + ZONE_B, "127.0.0.1:" + b.port());
        a.controllerStarts();
        inA = new AgentsNetwork(lab);
        inB = new AgentsNetwork(lab);
        a.host(inA);
        b.host(inB);
        tell(NetworkEngineContract.red());
    }

    @AfterEach
    void clear() throws Exception {
        for (var each : new AutoCloseable[] {a, b, lab}) {
            if (each != null) {
                each.close();
            }
        }
    }

    /** As the Cloud Controller does: every zone is told of the VPC. */
    private void tell(Vpc.Builder vpc) {
        vpc.setGeneration(++generation).getSubnetsBuilder(1).setZone(ZONE_B);
        a.cloud().applyNetworks(List.of(vpc.build()));
        b.cloud().applyNetworks(List.of(vpc.build()));
    }

    /** Launches an instance in the zone of its subnet, with a guest of the lab for a machine. */
    private LabGuest launch(String label, String address, String group) throws IOException {
        var isA = address.startsWith("10.0.1.");
        var vpc = NetworkEngineContract.red().build();
        var endpoint = NetworkLab.endpoint(vpc, vpc.getSubnets(isA ? 0 : 1), address, group)
                .addIpv6(NetworkEngineContract.ipv6Of(address))
                .build();
        var guest = lab.addGuest(label, (isA ? inA : inB).host(), endpoint);
        (isA ? inA : inB).machine(guest);
        var wish = ZoneFixture.wish(guest.instance(), 1, 256).toBuilder()
                .clearEndpoints()
                .addEndpoints(endpoint)
                .setZone(isA ? ZONE_A : ZONE_B)
                .build();
        (isA ? a : b).cloud().apply(List.of(wish));
        (isA ? a : b).cloud().awaitPhase(guest.instance(), Phase.PHASE_RUNNING, 1);
        guest.configure();
        guest.listen();
        return guest;
    }

    /** Moves a guest of the first zone into another group; no other zone is told by the cloud. */
    private void regroup(LabGuest guest, String group) {
        var wish = a.cloud().wish(guest.instance()).toBuilder();
        wish.setGeneration(wish.getGeneration() + 1)
                .getEndpointsBuilder(0)
                .clearSecurityGroupIds()
                .addSecurityGroupIds(group);
        a.cloud().apply(List.of(wish.build()));
    }

    private static boolean meets(LabGuest from, String address, int port) throws IOException {
        var socket = Wire.connect(from.space(), address, port);
        if (socket.isPresent()) {
            socket.get().close();
        }
        return socket.isPresent();
    }

    private static void eventually(String what, Callable<Boolean> condition) throws Exception {
        var end = System.nanoTime() + PATIENCE;
        while (!condition.call()) {
            assertTrue(System.nanoTime() < end, what);
        }
    }

    @Test
    void guestsOfTwoZonesMeetAndAGroupsChangeReachesTheOther() throws Exception {
        var client = launch("client", "10.0.1.10", CLIENT);
        var database = launch("database", "10.0.2.10", DB);
        var open = launch("open", "10.0.2.11", OPEN);
        try (var onDatabase = Wire.echo(database.space(), POSTGRES);
                var onOpen = Wire.echo(open.space(), 80)) {
            assertEquals(POSTGRES, onDatabase.getLocalPort());
            eventually("the other zone is reached", () -> meets(client, open.address(), onOpen.getLocalPort()));
            eventually("and by IPv6", () -> meets(client, open.ipv6(), onOpen.getLocalPort()));
            assertEquals(Optional.of(client.address()), Wire.seenAs(client.space(), open.address(), 80));
            client.send(PING, 7, open.address());
            eventually("a ping arrives", () -> open.saw(7));
            assertTrue(Wire.isShut(client.space(), database.address(), POSTGRES), "not in the right group");
            regroup(client, WEB);
            eventually("its new group opens the other zone", () -> meets(client, database.address(), POSTGRES));
            try (var flow =
                    Wire.connect(client.space(), database.address(), POSTGRES).orElseThrow()) {
                assertEquals(client.address(), Wire.line(flow));
                regroup(client, CLIENT);
                eventually("what its old group forbids is cut", () -> !Wire.isAlive(flow));
            }
            assertTrue(Wire.isShut(client.space(), database.address(), POSTGRES));
        }
    }

    @Test
    void aZoneThatIsAwayDisturbsNobody() throws Exception {
        var far = launch("far", "10.0.1.10", OPEN);
        var one = launch("one", "10.0.2.10", OPEN);
        var two = launch("two", "10.0.2.11", OPEN);
        try (var onOne = Wire.echo(one.space(), 80);
                var onFar = Wire.echo(far.space(), 80)) {
            eventually("both zones meet", () -> meets(two, far.address(), onFar.getLocalPort()));
            try (var within = Wire.connect(two.space(), one.address(), onOne.getLocalPort())
                            .orElseThrow();
                    var across = Wire.connect(two.space(), far.address(), 80).orElseThrow()) {
                assertEquals(two.address(), Wire.line(within));
                assertEquals(two.address(), Wire.line(across));
                a.controllerStops();
                assertTrue(Wire.isAlive(within), "a flow within the other zone");
                assertTrue(Wire.isAlive(across), "and one to the zone, whose hosts go on");
                var three = launch("three", "10.0.2.12", OPEN);
                eventually("the other zone follows its own changes", () -> meets(three, one.address(), 80));
                a.controllerStarts();
                eventually("what came meanwhile is told afterwards", () -> meets(three, far.address(), 80));
                assertTrue(Wire.isAlive(within));
                assertTrue(Wire.isAlive(across));
            }
        }
    }
}
