package io.coppice.node.door;

import io.coppice.foundation.pki.OwnCertificate;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.PeerKind;
import java.io.IOException;
import java.io.InputStream;
import java.io.PushbackInputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLSocket;
import org.jboss.logging.Logger;

/** Lets other hosts of this cloud in, and nobody else, and leads each to the part that it speaks to. Thread-safe. */
public final class HostDoor implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(HostDoor.class);
    /** Connections at the same time, those that have not proved who they are included. */
    private static final int MOST = 64;

    private static final int GREETING_MILLIS = 10_000;
    /** Whatever keeps this host from taking connections is not over at once. */
    private static final long PAUSE_NANOS = Duration.ofMillis(200).toNanos();

    private final ServerSocket door;
    private final HostTls tls;
    private final List<Part> parts;
    private final Semaphore room = new Semaphore(MOST);

    /** What hosts come for. Thread-safe. */
    public interface Part {
        /** Whether those who begin with this byte come for this; no two parts say so of one byte. */
        boolean beginsWith(int firstByte);

        /**
         * Speaks with a host until one of them has had enough; the connection is closed after that. A read that takes ten seconds
         * fails unless this part says otherwise.
         *
         * @param said what the host says, from its first byte on
         * @param host who it has proved to be
         */
        void receive(SSLSocket connection, InputStream said, PeerIdentity host) throws IOException;
    }

    /**
     * Begins to let in.
     *
     * @param door that listens already; closed with this
     */
    public HostDoor(ServerSocket door, OwnCertificate own, List<Part> parts) throws IOException {
        this.door = door;
        this.tls = new HostTls(own, peer -> peer.kind() == PeerKind.NODE);
        this.parts = List.copyOf(parts);
        Thread.ofPlatform().daemon().name("host-door").start(this::accept);
    }

    /** Where it listens. */
    public int port() {
        return door.getLocalPort();
    }

    private void accept() {
        while (!door.isClosed()) {
            try {
                var plain = door.accept();
                if (room.tryAcquire()) {
                    Thread.ofVirtual().name("host-in").start(() -> admit(plain));
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
            var said = new PushbackInputStream(remote.getInputStream());
            var first = said.read();
            var host = HostTls.peerOf(remote);
            var meant = parts.stream().filter(part -> part.beginsWith(first)).findFirst();
            if (meant.isEmpty()) {
                LOG.debugf("%s came in for nothing that is here", host);
                return;
            }
            said.unread(first);
            meant.get().receive(remote, said, host);
        } catch (IOException e) {
            LOG.debugf("a connection from %s ended: %s", plain.getRemoteSocketAddress(), e.getMessage());
        } finally {
            room.release();
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
    }
}
