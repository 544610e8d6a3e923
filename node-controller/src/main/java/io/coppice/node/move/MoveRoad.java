package io.coppice.node.move;

import io.coppice.foundation.pki.OwnCertificate;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.TlsMaterial;
import io.coppice.node.door.HostTls;
import java.io.IOException;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * The way from this host to one other, for one move: three Unix sockets in a folder that only this user reads, and behind them
 * connections to the other host's {@link MoveGate}, which must prove that it is that host. Closing it ends what is under way.
 * Thread-safe.
 */
public final class MoveRoad implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(MoveRoad.class);

    private final Path folder;
    private final Destination destination;
    private final Ticket ticket;
    private final HostTls tls;
    private final List<ServerSocketChannel> doors = new ArrayList<>();

    /** Makes a plain connection to the other host's gate. */
    @FunctionalInterface
    public interface Connector {
        Socket connect() throws IOException;
    }

    /**
     * The other host.
     *
     * @param host as which its gate must prove itself
     */
    public record Destination(PeerIdentity host, Connector connector) {}

    private MoveRoad(Path folder, Destination destination, Ticket ticket, HostTls tls) {
        this.folder = folder;
        this.destination = destination;
        this.ticket = ticket;
        this.tls = tls;
    }

    /**
     * Opens it; the sockets are there when this returns. Nothing of an earlier one is left in the folder.
     *
     * @param folder for the sockets; made when missing. Its path must leave room for a socket's: 107 bytes together (unix(7))
     */
    public static MoveRoad open(Path folder, Destination destination, Ticket ticket, TlsMaterial own)
            throws IOException {
        if (!Files.isDirectory(folder)) {
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        }
        var road = new MoveRoad(
                folder, destination, ticket, new HostTls(OwnCertificate.of(own), destination.host()::equals));
        try {
            for (var lane : Lane.values()) {
                road.open(lane);
            }
            return road;
        } catch (IOException e) {
            road.close();
            throw e;
        }
    }

    private void open(Lane lane) throws IOException {
        var socket = folder.resolve(lane.socketName());
        Files.deleteIfExists(socket);
        var door = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        doors.add(door);
        door.bind(UnixDomainSocketAddress.of(socket));
        Thread.ofVirtual().name("move-" + lane.socketName()).start(() -> accept(door, lane));
    }

    private void accept(ServerSocketChannel door, Lane lane) {
        while (door.isOpen()) {
            try {
                var local = door.accept();
                Thread.ofVirtual().name("move-" + lane.socketName()).start(() -> carry(local, lane));
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOG.warnf(e, "a connection of a move could not be taken");
                return;
            }
        }
    }

    private void carry(SocketChannel local, Lane lane) {
        try (local) {
            var remote = tls.callOver(destination.connector().connect());
            remote.getOutputStream().write((ticket.value() + lane.ordinal()).getBytes(StandardCharsets.US_ASCII));
            Pump.join(local, remote);
        } catch (IOException e) {
            LOG.warnf("%s of a move to %s ended: %s", lane, destination.host(), e.getMessage());
        }
    }

    @Override
    public void close() {
        for (var door : doors) {
            try {
                door.close();
            } catch (IOException e) {
                LOG.debug("a socket of a move could not be closed", e);
            }
        }
        for (var lane : Lane.values()) {
            try {
                Files.deleteIfExists(folder.resolve(lane.socketName()));
            } catch (IOException e) {
                LOG.warnf(e, "a socket of a move stays behind");
            }
        }
    }
}
