package io.coppice.node.network.vpc;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A guest's neighbour counts to it by TCP, and the guest hands the numbers on by ssh to somebody outside: two connections, which
 * must lose and repeat nothing.
 */
final class Numbers implements AutoCloseable {
    private static final int PORT = 9000;
    private static final int MORE = 50;
    private static final long PAUSE_NANOS = Duration.ofMillis(10).toNanos();
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final ServerSocket door;
    private final Process listener;
    private final AtomicLong heard = new AtomicLong(-1);
    private final AtomicLong longestNanos = new AtomicLong();
    private volatile String wrong = "";

    private Numbers(ServerSocket door, Process listener) {
        this.door = door;
        this.listener = listener;
        Thread.ofPlatform().daemon().name("count").start(this::count);
        Thread.ofPlatform().daemon().name("hear").start(this::hear);
    }

    /**
     * Begins to count.
     *
     * @param command has the guest connect to the neighbour's port 9000 and write what comes
     */
    static Numbers begin(Space outside, List<String> command, Space neighbour) throws IOException {
        var door = neighbour.call(() -> {
            var socket = new ServerSocket();
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(PORT));
            return socket;
        });
        var all = new ArrayList<>(List.of("nsenter", "--net=/run/netns/" + outside.name()));
        all.addAll(command);
        return new Numbers(door, new ProcessBuilder(all).start());
    }

    private void count() {
        try (var socket = door.accept()) {
            for (long number = 0; !door.isClosed(); number++) {
                socket.getOutputStream().write((number + "\n").getBytes(StandardCharsets.US_ASCII));
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (IOException e) {
            wrong = "who counts: " + e.getMessage();
        }
    }

    private void hear() {
        try (BufferedReader reader = listener.inputReader(StandardCharsets.US_ASCII)) {
            var last = System.nanoTime();
            for (var line = reader.readLine(); line != null; line = reader.readLine()) {
                if (!line.equals(Long.toString(heard.get() + 1))) {
                    wrong = "heard %s after %d".formatted(line, heard.get());
                    return;
                }
                var now = System.nanoTime();
                if (heard.getAndIncrement() >= 0) {
                    longestNanos.accumulateAndGet(now - last, Math::max);
                }
                last = now;
            }
            wrong = "the connection from outside has ended";
        } catch (IOException e) {
            wrong = "who listens: " + e.getMessage();
        }
    }

    /** Waits until some numbers more were heard; throws when they do not come, or others than those due. */
    void awaitMore() {
        var aim = heard.get() + MORE;
        var end = System.nanoTime() + PATIENCE.toNanos();
        while (heard.get() < aim) {
            if (!wrong.isEmpty() || System.nanoTime() > end) {
                throw new AssertionError("it stands still at %d: %s".formatted(heard.get(), wrong));
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** The longest time between two numbers so far. */
    Duration longestGap() {
        return Duration.ofNanos(longestNanos.get());
    }

    @Override
    public void close() throws IOException {
        door.close();
        listener.destroy();
    }
}
