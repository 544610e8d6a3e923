package io.coppice.server.bench;

import io.coppice.server.process.HostCommand;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;

/** A folder that was made for one measurement, and what such measurements need. Used by one thread. */
public record BenchFolder(Path path) {
    private static final Duration START_LIMIT = Duration.ofMinutes(2);

    /** A new one, on the disk that clouds lie on. */
    public static BenchFolder create(String name) throws IOException {
        return new BenchFolder(Files.createTempDirectory(Path.of("/var/tmp"), "coppice-bench-" + name));
    }

    /** Throws {@link IOException} unless that program is there. */
    public static void require(String program, String packages) throws IOException {
        if (!HostCommand.exists(program)) {
            throw new IOException(program + " is not installed: apt-get install --no-install-recommends " + packages);
        }
    }

    /** A port that nobody listens on now. */
    public static int freePort() throws IOException {
        try (var probe = new java.net.ServerSocket(0)) {
            return probe.getLocalPort();
        }
    }

    /** Waits until something listens on the port. */
    public static void awaitPort(int port) throws IOException {
        var end = System.nanoTime() + START_LIMIT.toNanos();
        while (System.nanoTime() < end) {
            try (var probe = new Socket("127.0.0.1", port)) {
                if (probe.isConnected()) {
                    return;
                }
            } catch (IOException e) {
                pause();
            }
        }
        throw new IOException("nothing listens on port " + port + " after " + START_LIMIT.toSeconds() + " s");
    }

    private static void pause() throws IOException {
        try {
            Thread.sleep(100);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new java.io.InterruptedIOException("interrupted while a peer started");
        }
    }

    /** Removes it with all that is in it; what cannot be removed stays. */
    public void remove() {
        try (var all = Files.walk(path)) {
            for (var each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(each);
            }
        } catch (IOException e) {
            System.err.println("left behind: " + path + " (" + e.getMessage() + ")");
        }
    }
}
