package io.coppice.node.move;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.coppice.foundation.pki.CertificateAuthority;
import io.coppice.foundation.pki.OwnCertificate;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.TlsMaterial;
import io.coppice.node.door.HostDoor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, a guest's memory would reach somebody else than the host that it goes to, or somebody else would speak to a host's
 * hypervisor.
 */
@Timeout(60)
class MoveGateTest {
    private static final int LARGE = 3_000_000;

    @TempDir
    private Path folder;

    private final AtomicInteger reached = new AtomicInteger();
    private CertificateAuthority authority;
    private TlsMaterial home;
    private TlsMaterial target;
    private ServerSocketChannel served;
    private ServerSocket door;
    private MoveGate gate;
    private HostDoor entrance;

    @BeforeEach
    void open() throws IOException {
        authority = CertificateAuthority.openOrCreate(folder.resolve("ca"), Clock.systemUTC());
        home = certificate(PeerKind.NODE, "home");
        target = certificate(PeerKind.NODE, "target");
        served = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        served.bind(UnixDomainSocketAddress.of(folder.resolve("served")));
        Thread.ofVirtual().start(this::echo);
        door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        gate = new MoveGate();
        entrance = new HostDoor(door, OwnCertificate.of(target), List.of(gate));
    }

    @AfterEach
    void close() throws IOException {
        entrance.close();
        served.close();
    }

    private TlsMaterial certificate(PeerKind kind, String name) throws IOException {
        return authority.issue(new PeerIdentity(kind, name), Set.of());
    }

    /** Says back what it was told, once all of it was said. */
    private void echo() {
        while (served.isOpen()) {
            try (var socket = served.accept()) {
                reached.incrementAndGet();
                var told = Channels.newInputStream(socket).readAllBytes();
                Channels.newOutputStream(socket).write(told);
            } catch (IOException e) {
                return;
            }
        }
    }

    @Test
    void carriesBothWaysAndTellsTheEndOfEach() throws IOException {
        var ticket = Ticket.random();
        try (var admission = expect(ticket);
                var road = road(ticket, home, target.identity())) {
            var told = new byte[LARGE];
            new Random(7).nextBytes(told);
            assertArrayEquals(told, answer(Lane.MEMORY, told));
            assertArrayEquals(new byte[] {1}, answer(Lane.MEMORY, new byte[] {1}), "and again");
            assertEquals(0, answer(Lane.CONTROL, told).length, "nothing is behind that lane");
            assertEquals(2, reached.get());
        }
    }

    @Test
    void letsInWhomItExpectsAndNobodyElse() throws IOException {
        var ticket = Ticket.random();
        try (var admission = expect(ticket)) {
            assertRefused(Ticket.random(), home, target.identity());
            assertRefused(ticket, certificate(PeerKind.NODE, "another"), target.identity());
            assertRefused(ticket, certificate(PeerKind.OPERATOR, "home"), target.identity());
            assertRefused(ticket, stranger(), target.identity());
            assertRefused(ticket, home, new PeerIdentity(PeerKind.NODE, "third"));
        }
        assertRefused(ticket, home, target.identity());
    }

    /** Of another cloud, with the same name. */
    private TlsMaterial stranger() throws IOException {
        return CertificateAuthority.openOrCreate(folder.resolve("other-ca"), Clock.systemUTC())
                .issue(home.identity(), Set.of());
    }

    private MoveGate.Admission expect(Ticket ticket) {
        return gate.expect(ticket, home.identity(), Map.of(Lane.MEMORY, folder.resolve("served")));
    }

    private MoveRoad road(Ticket ticket, TlsMaterial from, PeerIdentity to) throws IOException {
        var destination = new MoveRoad.Destination(to, () -> new Socket(door.getInetAddress(), door.getLocalPort()));
        return MoveRoad.open(folder.resolve("road"), destination, ticket, from);
    }

    private void assertRefused(Ticket ticket, TlsMaterial from, PeerIdentity to) throws IOException {
        try (var road = road(ticket, from, to)) {
            assertEquals(0, answer(Lane.MEMORY, new byte[] {1, 2, 3}).length);
            assertEquals(0, reached.get());
        }
    }

    private byte[] answer(Lane lane, byte[] told) throws IOException {
        try (var socket = SocketChannel.open(
                UnixDomainSocketAddress.of(folder.resolve("road").resolve(lane.socketName())))) {
            Thread.ofVirtual().start(() -> say(socket, told));
            return Channels.newInputStream(socket).readAllBytes();
        } catch (SocketException e) {
            return new byte[0];
        }
    }

    private static void say(SocketChannel socket, byte[] told) {
        try {
            Channels.newOutputStream(socket).write(told);
            socket.shutdownOutput();
        } catch (IOException e) {
            // Who is not let in is not listened to.
        }
    }
}
