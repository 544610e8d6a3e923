package io.coppice.node.network.vpc;

import static io.coppice.node.network.vpc.NetworkEngineContract.OPEN;
import static io.coppice.node.network.vpc.NetworkEngineContract.RED;
import static io.coppice.node.network.vpc.NetworkEngineContract.guest;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, a guest could take more of its host's network than its instance type has, or would be held for ever. */
class BandwidthTest {
    private static final int LIMIT_MBIT = 8;
    /** Two seconds at the limit, less what may pass at once. */
    private static final int BYTES = 2_000_000;

    private static final int PACKETS = 2_000;
    private static final int PACKET_BYTES = 1_000;
    private static final int PORT = 9_000;
    private static final int SILENCE_MILLIS = 1_000;
    private static final int ATTEMPTS = 10;
    private static final Duration LEAST = Duration.ofMillis(1_500);

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

    @Test
    void aGuestSendsAndReceivesNoFasterThanItMay() throws Exception {
        var host = lab.addHost();
        var vpc = NetworkEngineContract.red();
        lab.tell(vpc);
        var slow = guest(lab, vpc.build(), "slow", host, 0, "10.0.1.10", OPEN);
        var free = guest(lab, vpc.build(), "free", host, 0, "10.0.1.11", OPEN);
        lab.tellLocations(RED);
        slow.change(slow.endpoint().toBuilder().setBandwidthMbit(LIMIT_MBIT).build());
        try (var atSlow = Wire.echo(slow.space(), 80)) {
            assertTrue(time(free, slow, atSlow.getLocalPort()).compareTo(LEAST) > 0, "what it receives");
            assertTrue(flood(slow, free) < PACKETS / 2, "what it sends");
            host.engine().repair();
            assertEquals(1, shapes(host), "a repair leaves the limit as it is");
            slow.change(slow.endpoint().toBuilder().clearBandwidthMbit().build());
            assertEquals(0, shapes(host), "a limit that is taken back");
            var most = 0;
            for (var attempt = 0; attempt < ATTEMPTS && most < PACKETS / 2; attempt++) {
                most = Math.max(most, flood(slow, free));
            }
            assertTrue(most >= PACKETS / 2, "without a limit it sends more");
        }
    }

    /** How many of many packets arrive that one guest sends as fast as it can. */
    private static int flood(LabGuest from, LabGuest to) throws IOException {
        var receiver = to.space().call(() -> new DatagramSocket(PORT));
        var arrived = new AtomicInteger();
        try (receiver) {
            receiver.setSoTimeout(SILENCE_MILLIS);
            var counter = Thread.ofPlatform().start(() -> count(receiver, arrived));
            from.space().call(() -> {
                try (var sender = new DatagramSocket()) {
                    var packet = new DatagramPacket(
                            new byte[PACKET_BYTES], PACKET_BYTES, new InetSocketAddress(to.address(), PORT));
                    for (var number = 0; number < PACKETS; number++) {
                        sender.send(packet);
                    }
                    return true;
                }
            });
            counter.join();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
        return arrived.get();
    }

    private static void count(DatagramSocket receiver, AtomicInteger arrived) {
        var packet = new DatagramPacket(new byte[PACKET_BYTES], PACKET_BYTES);
        try {
            while (arrived.get() < PACKETS) {
                receiver.receive(packet);
                arrived.incrementAndGet();
            }
        } catch (IOException e) {
            // Nothing has come for a while.
        }
    }

    private static long shapes(LabHost host) throws IOException {
        return Space.must("ip", "netns", "exec", host.namespace(RED), "tc", "qdisc", "show")
                .lines()
                .filter(line -> line.contains("qdisc tbf"))
                .count();
    }

    /** How long it takes until all that one guest sends has come to the other one. */
    private static Duration time(LabGuest from, LabGuest to, int port) throws IOException {
        try (var socket = Wire.connect(from.space(), to.address(), port).orElseThrow()) {
            Wire.line(socket);
            socket.setSoTimeout(60_000);
            var begun = System.nanoTime();
            var writer = Thread.ofVirtual().start(() -> write(socket));
            var arrived = socket.getInputStream().readNBytes(BYTES).length;
            writer.interrupt();
            assertEquals(BYTES, arrived);
            return Duration.ofNanos(System.nanoTime() - begun);
        }
    }

    private static void write(java.net.Socket socket) {
        try {
            socket.getOutputStream().write(new byte[BYTES]);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
