package io.coppice.server.bench.net;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;

/**
 * The program on both ends of what is measured: a process in a guest's namespace that serves, or asks. Every connection begins
 * with a byte that says what it is for. Writes its figures to its standard output.
 */
public final class Wire {
    private static final int SINK = 'S';
    private static final int ECHO = 'E';
    private static final int NAME = 'N';
    private static final int BUFFER_BYTES = 256 * 1024;
    private static final int WARM_UP = 2_000;
    private static final int KNOCK_MILLIS = 20;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double NANOS_PER_MICRO = 1e3;

    private Wire() {}

    /**
     * Does one of these.
     *
     * @param arguments {@code serve PORT NAME}, {@code rate ADDRESS PORT SECONDS} (bytes a second), {@code trips ADDRESS PORT
     *     COUNT} (median of round trips, µs) or {@code watch ADDRESS PORT} (a line with the time in µs since 1970 and a name
     *     whenever somebody else answers)
     */
    public static void main(String[] arguments) throws IOException {
        switch (arguments[0]) {
            case "serve" -> serve(Integer.parseInt(arguments[1]), arguments[2]);
            case "rate" -> System.out.println(rate(address(arguments), Integer.parseInt(arguments[3])));
            case "trips" -> System.out.println(trips(address(arguments), Integer.parseInt(arguments[3])));
            case "watch" -> watch(address(arguments));
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    private static InetSocketAddress address(String[] arguments) {
        return new InetSocketAddress(arguments[1], Integer.parseInt(arguments[2]));
    }

    private static void serve(int port, String name) throws IOException {
        try (var server = new ServerSocket(port)) {
            System.out.println("serving");
            while (true) {
                var socket = server.accept();
                Thread.ofPlatform().daemon().start(() -> answer(socket, name));
            }
        }
    }

    private static void answer(Socket socket, String name) {
        try (socket) {
            socket.setTcpNoDelay(true);
            var in = socket.getInputStream();
            var out = socket.getOutputStream();
            switch (in.read()) {
                case SINK -> new DataOutputStream(out).writeLong(drain(socket));
                case ECHO -> {
                    for (int next = in.read(); next >= 0; next = in.read()) {
                        out.write(next);
                    }
                }
                case NAME -> out.write((name + "\n").getBytes(StandardCharsets.UTF_8));
                default -> {}
            }
        } catch (IOException e) {
            System.err.println(e.getMessage());
        }
    }

    private static long drain(Socket socket) throws IOException {
        var buffer = new byte[BUFFER_BYTES];
        var in = socket.getInputStream();
        var total = 0L;
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            total += count;
        }
        return total;
    }

    private static double rate(InetSocketAddress address, int seconds) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(address);
            var out = socket.getOutputStream();
            out.write(SINK);
            var buffer = new byte[BUFFER_BYTES];
            var begun = System.nanoTime();
            var end = begun + seconds * (long) NANOS_PER_SECOND;
            while (System.nanoTime() < end) {
                out.write(buffer);
            }
            socket.shutdownOutput();
            var arrived = new DataInputStream(socket.getInputStream()).readLong();
            return arrived / ((System.nanoTime() - begun) / NANOS_PER_SECOND);
        }
    }

    private static double trips(InetSocketAddress address, int count) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(address);
            socket.setTcpNoDelay(true);
            var out = socket.getOutputStream();
            var in = socket.getInputStream();
            out.write(ECHO);
            var all = new ArrayList<Long>(count);
            for (int trip = 0; trip < WARM_UP + count; trip++) {
                var begun = System.nanoTime();
                out.write(1);
                if (in.read() < 0) {
                    throw new IOException("the other side went away");
                }
                if (trip >= WARM_UP) {
                    all.add(System.nanoTime() - begun);
                }
            }
            return all.stream().sorted().skip(count / 2).findFirst().orElseThrow() / NANOS_PER_MICRO;
        }
    }

    private static void watch(InetSocketAddress address) {
        var before = "";
        while (true) {
            var now = name(address);
            if (!now.isEmpty() && !now.equals(before)) {
                before = now;
                var time = java.time.Instant.now();
                System.out.println(time.getEpochSecond() * 1_000_000 + time.getNano() / 1_000 + " " + now);
            }
        }
    }

    /** Who answers; empty when nobody does within some milliseconds. */
    private static String name(InetSocketAddress address) {
        try (var socket = new Socket()) {
            socket.connect(address, KNOCK_MILLIS);
            socket.setSoTimeout(KNOCK_MILLIS);
            socket.getOutputStream().write(NAME);
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        } catch (IOException e) {
            return "";
        }
    }
}
