package io.coppice.node.network.vpc;

import static io.coppice.node.network.vpc.NetworkEngineContract.BLUE;
import static io.coppice.node.network.vpc.NetworkEngineContract.OPEN;
import static io.coppice.node.network.vpc.NetworkEngineContract.RED;
import static io.coppice.node.network.vpc.NetworkEngineContract.guest;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.compute.v1.PublicAddress;
import io.coppice.proto.network.v1.EndpointUpdate;
import io.coppice.proto.network.v1.Vpc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * If this failed, a VPC's network on a host would not come back from what somebody breaks, from a restart of the agent or from a
 * lost message, or would stay behind when nobody needs it.
 */
class VpcUpkeepTest extends TwoHosts {
    private static final int A = 1;
    private static final String RESOLVER = "10.0.0.2";
    private static final String ELASTIC = "198.18.0.50";

    private static Vpc.Builder open() {
        return NetworkEngineContract.red();
    }

    private static NetworkEndpoint withPublic(LabGuest guest, String address) {
        return guest.endpoint().toBuilder()
                .addPublicAddresses(
                        PublicAddress.newBuilder().setPublicIpv4(address).setPrivateIpv4(guest.address()))
                .build();
    }

    @Test
    void whatSomebodyBreaksIsRepairedAndOthersFlowsGoOn() throws Exception {
        lab.tell(open());
        lab.tell(NetworkEngineContract.blue());
        var one = red("one", first, "10.0.1.10", OPEN);
        var two = red("two", second, "10.0.2.11", OPEN);
        var blueVpc = NetworkEngineContract.blue().build();
        var blueOne = guest(lab, blueVpc, "blue-one", first, 0, "10.0.1.10", OPEN);
        var blueTwo = guest(lab, blueVpc, "blue-two", second, 0, "10.0.1.11", OPEN);
        lab.tellLocations(RED);
        lab.tellLocations(BLUE);
        var inside = first.namespace(RED);
        try (var server = Wire.echo(one.space(), 80);
                var blueServer = Wire.echo(blueOne.space(), 80);
                var mine = Wire.connect(two.space(), "10.0.1.10", server.getLocalPort())
                        .orElseThrow();
                var others = Wire.connect(blueTwo.space(), "10.0.1.10", blueServer.getLocalPort())
                        .orElseThrow()) {
            Wire.line(mine);
            Wire.line(others);
            first.engine().repair();
            assertTrue(Wire.isAlive(mine), "an idle repair disturbs nothing");

            Space.must("nsenter", "--net=/run/netns/" + inside, "nft", "flush", "ruleset");
            Space.must("ip", "-n", inside, "link", "delete", "dev", "b101");
            Space.must("ip", "-n", inside, "rule", "delete", "pref", "100");
            kill(folder().resolve("host-1").resolve(RED).resolve("dnsmasq.pid"));
            assertFalse(Wire.isAlive(mine), "without its bridge the guest is cut off");
            first.engine().repair();
            assertTrue(Wire.isAlive(others));
            assertTrue(Wire.connect(two.space(), "10.0.1.10", 80).isPresent(), "the guest is reached again");
            assertTrue(Wire.isAlive(mine), "and its open flows go on");
            assertEquals(
                    Optional.of("10.0.1.10"),
                    Wire.resolve(one.space(), RESOLVER, "ip-10-0-1-10.us-east-1.internal", A));
            assertTrue(Space.must("nsenter", "--net=/run/netns/" + inside, "nft", "list", "ruleset")
                    .contains("guard_vm"));
        }
    }

    private static void kill(Path pidFile) throws Exception {
        var process = ProcessHandle.of(Long.parseLong(Files.readString(pidFile).strip()))
                .orElseThrow();
        process.destroyForcibly();
        process.onExit().get(10, TimeUnit.SECONDS);
    }

    @Test
    void aRestartedAgentRepairsWithoutBeingTold() throws Exception {
        lab.tell(open());
        var one = red("one", first, "10.0.1.10", OPEN);
        var two = red("two", second, "10.0.2.11", OPEN);
        lab.tellLocations(RED);
        try (var server = Wire.echo(one.space(), 80);
                var open = Wire.connect(two.space(), "10.0.1.10", server.getLocalPort())
                        .orElseThrow()) {
            Wire.line(open);
            first.restartEngine();
            assertTrue(Wire.isAlive(open), "the flow goes on through the restart");
            Space.must("ip", "-n", first.namespace(RED), "link", "delete", "dev", "b101");
            first.restartEngine();
            assertTrue(Wire.isAlive(open), "what broke meanwhile is repaired at the start");
        }
    }

    @Test
    void nothingIsLeftWhenTheLastOneLeaves() throws Exception {
        lab.tell(open());
        var one = red("one", first, "10.0.1.10", OPEN);
        one.change(withPublic(one, ELASTIC));
        first.engine()
                .apply(Vpc.newBuilder()
                        .setVpcId(RED)
                        .setGeneration(50)
                        .setDeleted(true)
                        .build());
        assertFalse(Namespace.named(first.namespace(RED)).isEmpty(), "not while a guest is here");
        lab.tell(open().setGeneration(60));
        lab.removeGuest(one);
        assertEquals(List.of(), Namespace.named(first.settings().bridge() + "-"));
        assertFalse(first.space().run("ip", "link").contains(first.settings().pairPrefix()));
        first.engine()
                .apply(Vpc.newBuilder()
                        .setVpcId(RED)
                        .setGeneration(99)
                        .setDeleted(true)
                        .build());
        assertFalse(Files.exists(folder().resolve("host-1").resolve(RED)), "nor is it remembered");
    }

    @Test
    void aLostUpdateIsNoticed() throws Exception {
        lab.tell(open());
        var update = EndpointUpdate.newBuilder().setVpcId(RED);
        assertFalse(first.engine().apply(update.setSequence(5).build()), "a change to a picture it never got");
        assertTrue(first.engine().apply(update.setSequence(6).setFull(true).build()));
        assertTrue(first.engine().apply(update.setSequence(7).setFull(false).build()));
        assertTrue(first.engine().apply(update.setSequence(7).build()), "once more the same");
        assertFalse(first.engine().apply(update.setSequence(9).build()));
        assertEquals(7, first.engine().followed(RED).sequence());
    }
}
