package io.coppice.walrus.fault;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Passes bytes on to a server until it is told to cut all connections, as a network that fails does. Thread-safe. */
final class RelayForTests implements AutoCloseable {
    private static final int BUFFER_BYTES = 8 * 1024;

    private final ServerSocket door = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final URI target;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    /** How many bytes may still go to the server. */
    private final AtomicLong allowance = new AtomicLong(Long.MAX_VALUE);

    RelayForTests(URI target) throws IOException {
        this.target = target;
        Thread.ofVirtual().start(this::accept);
    }

    URI endpoint() {
        return URI.create("http://127.0.0.1:" + door.getLocalPort());
    }

    /** After so many bytes more every connection is cut, and each new one too. */
    void cutAfter(long bytes) {
        allowance.set(bytes);
    }

    /** As it was in the beginning. */
    void mend() {
        allowance.set(Long.MAX_VALUE);
    }

    /** Whether it has cut what came since it was told. */
    boolean isCut() {
        return allowance.get() <= 0;
    }

    private void accept() {
        while (!door.isClosed()) {
            try {
                var client = door.accept();
                if (isCut()) {
                    client.close();
                    continue;
                }
                var server = new Socket(target.getHost(), target.getPort());
                sockets.add(client);
                sockets.add(server);
                Thread.ofVirtual().start(() -> pass(client, server, true));
                Thread.ofVirtual().start(() -> pass(server, client, false));
            } catch (IOException e) {
                // The door was closed, or the server is away: the client finds out.
                continue;
            }
        }
    }

    private void pass(Socket from, Socket to, boolean counted) {
        try (from;
                to) {
            copy(from.getInputStream(), to.getOutputStream(), counted);
        } catch (IOException e) {
            // Cut, by either side.
            return;
        } finally {
            sockets.remove(from);
            sockets.remove(to);
        }
    }

    private void copy(InputStream in, OutputStream out, boolean counted) throws IOException {
        var buffer = new byte[BUFFER_BYTES];
        for (var count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            if (counted && allowance.addAndGet(-count) <= 0) {
                cutAll();
                return;
            }
            out.write(buffer, 0, count);
        }
    }

    private void cutAll() throws IOException {
        for (var socket : sockets) {
            socket.close();
        }
    }

    @Override
    public void close() throws IOException {
        door.close();
        cutAll();
    }
}
