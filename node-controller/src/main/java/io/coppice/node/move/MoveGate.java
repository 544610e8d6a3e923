package io.coppice.node.move;

import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.TlsMaterial;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLSocket;
import org.jboss.logging.Logger;

/**
 * Where moves to this host come in. Lets in only hosts of this cloud, and each of them only to the sockets of a move that was
 * announced for it by {@link #expect}. Thread-safe.
 */
public final class MoveGate implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(MoveGate.class);
    /** Connections at the same time, those that have not proved who they are included. */
    private static final int MOST = 64;

    private static final int GREETING_MILLIS = 10_000;
    /** Whatever keeps this host from taking connections is not over at once. */
    private static final long PAUSE_NANOS = Duration.ofMillis(200).toNanos();

    private final ServerSocket door;
    private final MoveTls tls;
    private final Map<Ticket, Expected> expected = new ConcurrentHashMap<>();
    private final Semaphore room = new Semaphore(MOST);

    private record Expected(PeerIdentity from, Map<Lane, Path> sockets) {}

    /**
     * Begins to let in.
     *
     * @param door that listens already; closed with the gate
     */
    public MoveGate(ServerSocket door, TlsMaterial own) throws IOException {
        this.door = door;
        this.tls = new MoveTls(own, peer -> peer.kind() == PeerKind.NODE);
        Thread.ofPlatform().daemon().name("move-gate").start(this::accept);
    }

    /** A move that is let in until it is closed. */
    @FunctionalInterface
    public interface Admission extends AutoCloseable {
        @Override
        void close();
    }

    /**
     * Lets a move in.
     *
     * @param from the host that the guest comes from
     * @param sockets where each lane leads on this host; a lane that is not there leads nowhere
     */
    public Admission expect(Ticket ticket, PeerIdentity from, Map<Lane, Path> sockets) {
        expected.put(ticket, new Expected(from, new EnumMap<>(sockets)));
        return () -> expected.remove(ticket);
    }

    private void accept() {
        while (!door.isClosed()) {
            try {
                var plain = door.accept();
                if (room.tryAcquire()) {
                    Thread.ofVirtual().name("move-in").start(() -> admit(plain));
                } else {
                    plain.close();
                }
            } catch (IOException e) {
                if (!door.isClosed()) {
                    LOG.warn("a connection could not be let in", e);
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        }
    }

    private void admit(Socket plain) {
        try (plain) {
            plain.setSoTimeout(GREETING_MILLIS);
            var remote = tls.answerOver(plain);
            var socket = led(remote);
            if (socket.isEmpty()) {
                LOG.warnf("%s asked for a move that is not expected of it", MoveTls.peerOf(remote));
                return;
            }
            plain.setSoTimeout(0);
            Pump.join(SocketChannel.open(UnixDomainSocketAddress.of(socket.get())), remote);
        } catch (IOException e) {
            LOG.warnf("a connection of a move from %s ended: %s", plain.getRemoteSocketAddress(), e.getMessage());
        } finally {
            room.release();
        }
    }

    private Optional<Path> led(SSLSocket remote) throws IOException {
        var greeting = new String(remote.getInputStream().readNBytes(Ticket.LENGTH + 1), StandardCharsets.US_ASCII);
        if (!greeting.matches("[0-9a-f]{%d}[0-2]".formatted(Ticket.LENGTH))) {
            return Optional.empty();
        }
        var lane = Lane.values()[greeting.charAt(Ticket.LENGTH) - '0'];
        var peer = MoveTls.peerOf(remote);
        return Optional.ofNullable(expected.get(new Ticket(greeting.substring(0, Ticket.LENGTH))))
                .filter(move -> move.from().equals(peer))
                .map(move -> move.sockets().get(lane));
    }

    @Override
    public void close() throws IOException {
        expected.clear();
        door.close();
    }
}
