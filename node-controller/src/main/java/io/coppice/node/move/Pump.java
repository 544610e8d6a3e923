package io.coppice.node.move;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import javax.net.ssl.SSLSocket;
import org.jboss.logging.Logger;

/** Joins a Unix socket and a TLS connection until both directions have ended. Blocks; a virtual thread helps. */
final class Pump {
    private static final Logger LOG = Logger.getLogger(Pump.class);
    private static final int BUFFER_BYTES = 128 * 1024;

    private Pump() {}

    /** Returns when nothing more can come; both are closed then. */
    static void join(SocketChannel local, SSLSocket remote) throws IOException {
        try (local;
                remote) {
            var out = Thread.ofVirtual().name("move-out").start(() -> {
                try {
                    copy(Channels.newInputStream(local), remote.getOutputStream());
                    remote.shutdownOutput();
                } catch (IOException e) {
                    LOG.debugf("a connection of a move ended: %s", e.getMessage());
                    closeBoth(local, remote);
                }
            });
            try {
                copy(remote.getInputStream(), Channels.newOutputStream(local));
                local.shutdownOutput();
                out.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                closeBoth(local, remote);
            }
        }
    }

    private static void copy(InputStream from, OutputStream to) throws IOException {
        var buffer = new byte[BUFFER_BYTES];
        for (int read = from.read(buffer); read >= 0; read = from.read(buffer)) {
            to.write(buffer, 0, read);
        }
    }

    private static void closeBoth(SocketChannel local, SSLSocket remote) {
        try (local;
                remote) {
            LOG.trace("closing both ends of a connection of a move");
        } catch (IOException e) {
            LOG.debugf("a connection of a move was closed already: %s", e.getMessage());
        }
    }
}
