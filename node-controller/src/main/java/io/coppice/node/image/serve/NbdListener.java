package io.coppice.node.image.serve;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Takes connections at a Unix socket, each on a thread of its own. Thread-safe. */
final class NbdListener implements AutoCloseable {
    private static final int MOST_CONNECTIONS = 1024;
    /** Whatever keeps this process from taking connections is not over at once. */
    private static final long PAUSE_NANOS = 200_000_000;

    private final ServerSocketChannel listener;
    private final ServedImage image;
    private final AtomicInteger connections = new AtomicInteger();
    private final Semaphore free = new Semaphore(MOST_CONNECTIONS);
    private volatile long lastGone = System.nanoTime();

    private NbdListener(ServerSocketChannel listener, ServedImage image) {
        this.listener = listener;
        this.image = image;
    }

    /** Listens from now on. QEMU runs as another user: it may connect, and must know the export's name. */
    static NbdListener open(Path socket, ServedImage image) throws IOException {
        Files.deleteIfExists(socket);
        var fresh = socket.resolveSibling(socket.getFileName() + ".new");
        Files.deleteIfExists(fresh);
        var channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        channel.bind(UnixDomainSocketAddress.of(fresh));
        Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString("rw-rw-rw-"));
        var listening = new NbdListener(channel, image);
        Thread.ofVirtual().name("nbd-listener").start(listening::accept);
        // There for others only when it can be used.
        Files.move(fresh, socket);
        return listening;
    }

    private void accept() {
        while (listener.isOpen()) {
            free.acquireUninterruptibly();
            try {
                var client = listener.accept();
                connections.incrementAndGet();
                Thread.ofVirtual().name("nbd-client").start(() -> serve(client));
            } catch (IOException e) {
                free.release();
                if (listener.isOpen()) {
                    System.err.println("a connection was not taken: " + e);
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        }
    }

    private void serve(SocketChannel client) {
        try {
            new NbdConnection(client, image).run();
        } catch (IOException e) {
            System.err.println("a connection ended: " + e);
        } finally {
            lastGone = System.nanoTime();
            connections.decrementAndGet();
            free.release();
        }
    }

    /** Whether nobody was connected for this long. */
    boolean isIdleFor(Duration time) {
        return connections.get() == 0 && System.nanoTime() - lastGone > time.toNanos();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
