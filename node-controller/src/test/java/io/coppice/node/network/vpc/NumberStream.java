package io.coppice.node.network.vpc;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * One TCP connection on which one side counts and the other listens: it sends nothing of its own but acknowledgements, so only
 * what comes from the counting side can keep the connection alive.
 */
final class NumberStream implements AutoCloseable {
    private static final long PAUSE_NANOS = Duration.ofMillis(5).toNanos();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String label;
    private final Socket counting;
    private final Socket listening;
    private final AtomicLong heard = new AtomicLong();
    private final AtomicLong longestNanos = new AtomicLong();
    private final AtomicReference<String> wrong = new AtomicReference<>("");

    private NumberStream(String label, Socket counting, Socket listening) {
        this.label = label;
        this.counting = counting;
        this.listening = listening;
        Thread.ofPlatform().daemon().name("count-" + label).start(this::count);
        Thread.ofPlatform().daemon().name("hear-" + label).start(this::hear);
    }

    /** The server counts to the client that connects to it. */
    static NumberStream fromServer(Space server, int port, Space client, String address) throws IOException {
        try (var door = open(server, port)) {
            var there = Wire.connect(client, address, port)
                    .orElseThrow(() -> new IOException("no connection to " + address + ":" + port));
            there.setSoTimeout(0);
            return new NumberStream("server-at-" + address, door.accept(), there);
        }
    }

    private static ServerSocket open(Space space, int port) throws IOException {
        return space.call(() -> {
            var socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(port));
            return socket;
        });
    }

    private void count() {
        try {
            var out = new DataOutputStream(counting.getOutputStream());
            for (long number = 0; !counting.isClosed(); number++) {
                out.writeLong(number);
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (IOException e) {
            end("the counting side: " + e.getMessage());
        }
    }

    private void hear() {
        try {
            var in = new DataInputStream(listening.getInputStream());
            var last = System.nanoTime();
            for (long number = 0; !listening.isClosed(); number++) {
                if (in.readLong() != number) {
                    end("heard another number than " + number);
                    return;
                }
                var now = System.nanoTime();
                longestNanos.accumulateAndGet(now - last, Math::max);
                last = now;
                heard.set(number);
            }
        } catch (IOException e) {
            end("the listening side: " + e.getMessage());
        }
    }

    private void end(String why) {
        wrong.compareAndSet("", why);
    }

    /** Waits until some numbers more were heard; throws when they do not come, or others than those due. */
    void awaitMore() {
        var aim = heard.get() + 20;
        var end = System.nanoTime() + PATIENCE.toNanos();
        while (heard.get() < aim) {
            if (!wrong.get().isEmpty() || System.nanoTime() > end) {
                throw new AssertionError("%s stands still at %d: %s".formatted(label, heard.get(), wrong.get()));
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** The longest time between two numbers so far. */
    Duration longestGap() {
        return Duration.ofNanos(longestNanos.get());
    }

    @Override
    public String toString() {
        return "%s, longest gap %s".formatted(label, longestGap());
    }

    @Override
    public void close() throws IOException {
        counting.close();
        listening.close();
    }
}
