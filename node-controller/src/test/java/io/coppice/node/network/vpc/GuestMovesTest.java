package io.coppice.node.network.vpc;

import static io.coppice.node.lab.Eventually.eventually;
import static io.coppice.node.network.vpc.NetworkEngineContract.OPEN;
import static io.coppice.node.network.vpc.NetworkEngineContract.RED;
import static io.coppice.node.network.vpc.NetworkEngineContract.guest;
import static io.coppice.node.network.vpc.Rules.group;
import static io.coppice.node.network.vpc.Rules.rule;
import static io.coppice.node.network.vpc.Rules.tcp;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coppice.proto.compute.v1.PublicAddress;
import io.coppice.proto.network.v1.Vpc;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, a guest that moves to another host would lose connections, or its network while it is still on its way; or the
 * host that it comes to would let it do, or be done to, what the one that it left did not; or something of it would stay there.
 */
class GuestMovesTest {
    private static final String MOVING = "sg-0000000000000005a";
    private static final String ELASTIC = "198.18.0.77";
    private static final String SPOOFED = "10.0.1.99";
    private static final int SERVED = 80;
    private static final int ASKED = 9000;
    private static final int NAMES = 53;
    /** TCP waits twice as long each time, so that one that is lost on a busy machine costs seconds. */
    private static final Duration LONGEST_GAP = Duration.ofSeconds(15);

    private static final int UDP_HEADER = 8;

    @TempDir
    private Path folder;

    private NetworkLab lab;
    private LabHost home;
    private LabHost target;
    private LabGuest moving;
    private LabGuest besideTarget;
    private LabGuest elsewhere;

    @BeforeEach
    void raise() throws Exception {
        var missing = NetworkLab.missing();
        assumeTrue(missing.isEmpty(), () -> "networks cannot be made here: " + missing);
        lab = new NetworkLab(folder);
        home = lab.addHost();
        target = lab.addHost();
        var third = lab.addHost();
        var vpc = vpc();
        lab.tell(vpc);
        moving = guest(lab, vpc.build(), "moving", home, 0, "10.0.1.10", MOVING);
        moving.change(moving.endpoint().toBuilder()
                .addPublicAddresses(
                        PublicAddress.newBuilder().setPublicIpv4(ELASTIC).setPrivateIpv4(moving.address()))
                .build());
        besideTarget = guest(lab, vpc.build(), "beside", target, 0, "10.0.1.11", OPEN);
        elsewhere = guest(lab, vpc.build(), "elsewhere", third, 1, "10.0.2.10", OPEN);
        lab.tellLocations(RED);
    }

    /** What the moving guest may do is so narrow that none of the test's connections would be let through in the middle. */
    private static Vpc.Builder vpc() {
        return NetworkEngineContract.red()
                .addSecurityGroups(group(MOVING)
                        .addIngress(tcp(SERVED, "0.0.0.0/0"))
                        .addEgress(tcp(ASKED, "0.0.0.0/0"))
                        .addEgress(rule(Probe.UDP, NAMES, NAMES, "0.0.0.0/0")));
    }

    @AfterEach
    void clear() throws Exception {
        if (lab != null) {
            lab.close();
        }
    }

    @Test
    void connectionsGoOnAndRulesHold() throws Exception {
        var streams = streams();
        awaitMore(streams);
        moving.prepareOn(target);
        target.engine().repair();
        awaitMore(streams);
        target.restartEngine();
        awaitMore(streams);

        moving.moveTo(target);
        lab.tellLocations(RED);
        home.engine().release(moving.instance());
        awaitMore(streams);
        for (var stream : streams) {
            assertTrue(stream.longestGap().compareTo(LONGEST_GAP) < 0, stream + " stood still");
        }
        target.engine().repair();
        lab.tell(vpc());
        awaitMore(streams);
        for (var stream : streams) {
            stream.close();
        }
        rulesHold();
        assertEquals(List.of(), Namespace.named(home.namespace(RED)), "the last guest has left");
        assertFalse(home.space().run("ip", "link").contains("vm"), "a device stays behind");
    }

    /** In the first the moving guest only counts, in the others it only listens. */
    private List<NumberStream> streams() throws IOException {
        return List.of(
                NumberStream.fromServer(moving.space(), SERVED, lab.internet(), ELASTIC),
                NumberStream.fromServer(lab.internet(), ASKED, moving.space(), NetworkLab.INTERNET),
                NumberStream.fromServer(besideTarget.space(), ASKED, moving.space(), besideTarget.address()),
                NumberStream.fromServer(elsewhere.space(), ASKED, moving.space(), elsewhere.address()));
    }

    private static void awaitMore(List<NumberStream> streams) {
        streams.forEach(NumberStream::awaitMore);
    }

    private void rulesHold() throws Exception {
        try (var served = Wire.echo(moving.space(), SERVED);
                var hidden = Wire.echo(moving.space(), SERVED + 1);
                var asked = Wire.echo(besideTarget.space(), ASKED)) {
            assertTrue(Wire.seenAs(elsewhere.space(), moving.address(), served.getLocalPort())
                    .isPresent());
            assertTrue(
                    Wire.seenAs(lab.internet(), ELASTIC, served.getLocalPort()).isPresent());
            assertTrue(Wire.connect(elsewhere.space(), moving.address(), hidden.getLocalPort())
                    .isEmpty());
            assertTrue(
                    Wire.connect(lab.internet(), ELASTIC, hidden.getLocalPort()).isEmpty());
            assertTrue(Wire.seenAs(moving.space(), besideTarget.address(), asked.getLocalPort())
                    .isPresent());
        }
        moving.space().ip("addr", "add", SPOOFED + "/32", "dev", "eth0");
        tell(1, SPOOFED);
        tell(2, moving.address());
        eventually("what it says in its own name arrives", () -> besideTarget.saw(2));
        assertFalse(besideTarget.saw(1), "it speaks in another's name");
    }

    private void tell(int number, String from) throws IOException {
        var packet = Probe.parse("udp53").packet(number, from, besideTarget.address());
        var text = Arrays.copyOfRange(packet, UDP_HEADER, packet.length);
        moving.space().call(() -> {
            try (var socket = new DatagramSocket(new InetSocketAddress(from, 0))) {
                socket.send(
                        new DatagramPacket(text, text.length, new InetSocketAddress(besideTarget.address(), NAMES)));
                return true;
            }
        });
    }
}
