package io.coppice.node.lab;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;

/**
 * An image's store that gives ranges of one file, holds back what it is told to, and refuses when it is told to.
 * Thread-safe.
 */
public final class RangeStore implements AutoCloseable {
    private static final Pattern RANGE = Pattern.compile("bytes=([0-9]+)-([0-9]+)");

    private final HttpServer server;
    private final FileChannel file;
    private final AtomicInteger requests = new AtomicInteger();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // Guarded by lock.
    private long heldFrom = Long.MAX_VALUE;
    private long heldTo = Long.MAX_VALUE;
    private int status = 206;
    private String path = "/image";

    private RangeStore(HttpServer server, FileChannel file) {
        this.server = server;
        this.file = file;
    }

    /** A store on a free port of this machine. */
    public static RangeStore of(Path image) throws IOException {
        var server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        var store = new RangeStore(server, FileChannel.open(image, StandardOpenOption.READ));
        server.createContext("/", store::serve);
        server.start();
        return store;
    }

    /** Where the image is; changes with {@link #move}. */
    public URI address() {
        lock.lock();
        try {
            return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
        } finally {
            lock.unlock();
        }
    }

    /** What has a byte from {@code from} on, and before {@code end}, is not answered until another range is held back. */
    public void hold(long from, long end) {
        change(() -> {
            heldFrom = from;
            heldTo = end;
        });
    }

    /** Nothing is held back. */
    public void release() {
        hold(Long.MAX_VALUE, Long.MAX_VALUE);
    }

    /** All is answered with this status; 206 for what was asked for. */
    public void answer(int newStatus) {
        change(() -> status = newStatus);
    }

    /** From now on only another address is answered; the present one is refused like one that ran out. */
    public void move(String newPath) {
        change(() -> path = newPath);
    }

    private void change(Runnable what) {
        lock.lock();
        try {
            what.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** How many requests there were. */
    public int requests() {
        return requests.get();
    }

    private void serve(HttpExchange exchange) throws IOException {
        requests.incrementAndGet();
        var range = RANGE.matcher(String.valueOf(exchange.getRequestHeaders().getFirst("Range")));
        if (!range.matches()) {
            exchange.sendResponseHeaders(400, -1);
            exchange.close();
            return;
        }
        var from = Long.parseLong(range.group(1));
        var end = Long.parseLong(range.group(2)) + 1;
        var answer = awaitAnswer(exchange, from, end);
        if (answer != 206) {
            exchange.sendResponseHeaders(answer, -1);
            exchange.close();
            return;
        }
        var bytes = ByteBuffer.allocate((int) (end - from));
        while (bytes.hasRemaining() && file.read(bytes, from + bytes.position()) >= 0) {
            Thread.onSpinWait();
        }
        exchange.sendResponseHeaders(206, bytes.capacity());
        try (var body = exchange.getResponseBody()) {
            body.write(bytes.array());
        }
    }

    private int awaitAnswer(HttpExchange exchange, long from, long end) {
        lock.lock();
        try {
            while (end > heldFrom && from < heldTo && status == 206) {
                changed.awaitUninterruptibly();
            }
            return exchange.getRequestURI().getPath().equals(path) ? status : 403;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() throws IOException {
        release();
        server.stop(0);
        file.close();
    }
}
