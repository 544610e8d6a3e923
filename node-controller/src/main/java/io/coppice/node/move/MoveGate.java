package io.coppice.node.move;

import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.node.door.HostDoor;
import java.io.IOException;
import java.io.InputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLSocket;
import org.jboss.logging.Logger;

/**
 * Where moves to this host come in, behind its {@link HostDoor}: each host only to the sockets of a move that was announced for it
 * by {@link #expect}. Thread-safe.
 */
public final class MoveGate implements HostDoor.Part {
    private static final Logger LOG = Logger.getLogger(MoveGate.class);

    private final Map<Ticket, Expected> expected = new ConcurrentHashMap<>();

    private record Expected(PeerIdentity from, Map<Lane, Path> sockets) {}

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

    /** A ticket is in lower-case hexadecimal. */
    @Override
    public boolean beginsWith(int firstByte) {
        return (firstByte >= '0' && firstByte <= '9') || (firstByte >= 'a' && firstByte <= 'f');
    }

    @Override
    public void receive(SSLSocket connection, InputStream said, PeerIdentity host) throws IOException {
        try {
            var socket = led(said, host);
            if (socket.isEmpty()) {
                LOG.warnf("%s asked for a move that is not expected of it", host);
                return;
            }
            connection.setSoTimeout(0);
            Pump.join(SocketChannel.open(UnixDomainSocketAddress.of(socket.get())), connection);
        } catch (IOException e) {
            LOG.warnf("a connection of a move from %s ended: %s", host, e.getMessage());
            throw e;
        }
    }

    private Optional<Path> led(InputStream said, PeerIdentity host) throws IOException {
        var greeting = new String(said.readNBytes(Ticket.LENGTH + 1), StandardCharsets.US_ASCII);
        if (!greeting.matches("[0-9a-f]{%d}[0-2]".formatted(Ticket.LENGTH))) {
            return Optional.empty();
        }
        var lane = Lane.values()[greeting.charAt(Ticket.LENGTH) - '0'];
        return Optional.ofNullable(expected.get(new Ticket(greeting.substring(0, Ticket.LENGTH))))
                .filter(move -> move.from().equals(host))
                .map(move -> move.sockets().get(lane));
    }
}
