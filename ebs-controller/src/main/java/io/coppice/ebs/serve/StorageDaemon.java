package io.coppice.ebs.serve;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.coppice.foundation.id.VolumeId;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The process that serves one volume: qemu-storage-daemon with one NBD export. It runs on its own, beyond
 * the end of this process; all that is known of it is asked of it. Used by one thread at a time. Sources:
 * qemu-storage-daemon(1) and qemu-storage-daemon-qmp-ref(7).
 */
final class StorageDaemon {
    private static final Logger LOG = Logger.getLogger(StorageDaemon.class);
    static final String PROGRAM = "qemu-storage-daemon";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(20);
    private static final Duration POLL = Duration.ofMillis(5);
    private static final int LONGEST_SOCKET_PATH = 107;
    private static final String FLATTENING = "flatten";
    /**
     * Memory that a large request took is kept for the next ones, 32 MiB at most: otherwise the kernel clears each page of it
     * again for every request, which costs more than the request. Source: mallopt(3).
     */
    private static final Map<String, String> MEMORY =
            Map.of("MALLOC_MMAP_THRESHOLD_", "33554432", "MALLOC_TRIM_THRESHOLD_", "33554432");

    private final VolumeId volume;
    private final Path layers;
    private final Path nbdSocket;
    private final Path qmpSocket;
    private final Path pidFile;

    /**
     * Nothing is started by this.
     *
     * @param run the folder of sockets and process ids
     * @param layers where the layers of all volumes are
     */
    StorageDaemon(VolumeId volume, Path run, Path layers) {
        this.volume = volume;
        this.layers = layers;
        this.nbdSocket = run.resolve(volume.value());
        this.qmpSocket = run.resolve(volume.value() + ".qmp");
        this.pidFile = run.resolve(volume.value() + ".pid");
    }

    /** What it does, as it says itself: the export's name and the layer that is written to. */
    record Serving(String name, Path layer) {}

    Path nbdSocket() {
        return nbdSocket;
    }

    /** The process, if it runs. */
    Optional<ProcessHandle> process() throws IOException {
        try {
            var pid = Long.parseLong(Files.readString(pidFile).strip());
            // The number may have gone to another process meanwhile.
            return ProcessHandle.of(pid).filter(each -> isOurs(each.pid()));
        } catch (NoSuchFileException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    private boolean isOurs(long pid) {
        try {
            var command = Files.readString(Path.of("/proc", Long.toString(pid), "cmdline"));
            return command.startsWith(PROGRAM) && command.contains(pidFile.toString());
        } catch (IOException e) {
            // It ended in this moment, or is only waiting to be taken note of.
            return false;
        }
    }

    /** What it serves; empty when it does not run. */
    Optional<Serving> serving() throws IOException {
        if (process().isEmpty()) {
            return Optional.empty();
        }
        try (var qmp = Qmp.open(qmpSocket, COMMAND_LIMIT)) {
            var exports = qmp.execute("query-block-exports", Map.of());
            if (exports.isEmpty()) {
                return Optional.empty();
            }
            var export = exports.get(0);
            return Optional.of(new Serving(
                    export.path("id").asText(), layerOf(export.path("node-name").asText())));
        } catch (IOException e) {
            if (process().isEmpty()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * How layers are opened. What guests wrote lies in their own memory already: past this machine's page cache it does not
     * lie there twice, and a snapshot finds nothing left to be written.
     */
    private enum Access {
        PAST_THE_PAGE_CACHE(true),
        /** For file systems that cannot do otherwise, such as those in memory. */
        THROUGH_THE_PAGE_CACHE(false);

        private final boolean direct;

        Access(boolean direct) {
            this.direct = direct;
        }

        /** Does something past the page cache, or through it where the file system has no other way. */
        static void best(Opening opening) throws IOException {
            try {
                opening.with(PAST_THE_PAGE_CACHE);
            } catch (IOException e) {
                if (!String.valueOf(e.getMessage()).contains("O_DIRECT")) {
                    throw e;
                }
                opening.with(THROUGH_THE_PAGE_CACHE);
            }
        }
    }

    @FunctionalInterface
    private interface Opening {
        void with(Access access) throws IOException;
    }

    /** Starts it; returns when it listens. */
    void start(Path layer, String name, Listening listening) throws IOException {
        if (nbdSocket.toString().length() + ".qmp".length() > LONGEST_SOCKET_PATH) {
            throw new IOException(
                    "the path of the data folder is too long for sockets: move the cloud to a shorter one");
        }
        Access.best(access -> run(command(layer, name, listening, access)));
        if (listening instanceof Listening.AtSocket(var path)) {
            // QEMU guests run under another user; who may connect must still know the export's name.
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-rw-"));
        }
        Files.setPosixFilePermissions(qmpSocket, PosixFilePermissions.fromString("rw-------"));
    }

    private List<String> command(Path layer, String name, Listening listening, Access access) throws IOException {
        var command = new ArrayList<>(List.of(PROGRAM, "--daemonize", "--pidfile", pidFile.toString()));
        for (var object : listening.objects()) {
            command.addAll(List.of("--object", JSON.writeValueAsString(object)));
        }
        command.addAll(List.of(
                "--blockdev",
                JSON.writeValueAsString(node(layer, access)),
                "--nbd-server",
                JSON.writeValueAsString(listening.server()),
                "--export",
                JSON.writeValueAsString(export(layer, name)),
                "--chardev",
                "socket,id=qmp,server=on,wait=off,path=" + qmpSocket.toString().replace(",", ",,"),
                "--monitor",
                "chardev=qmp"));
        return command;
    }

    /**
     * In the daemon's first thread: QEMU 7.2 ends with an assertion when a client of an export in another one hangs up
     * (nbd_blockdev_client_closed in blockdev-nbd.c).
     */
    private Map<String, Object> export(Path layer, String name) {
        return Map.of("type", "nbd", "id", name, "name", name, "node-name", nodeOf(layer), "writable", true);
    }

    private Map<String, Object> node(Path layer, Access access) {
        return Map.of(
                "driver",
                "qcow2",
                "cache",
                Map.of("direct", access.direct),
                "node-name",
                nodeOf(layer),
                "discard",
                "unmap",
                "file",
                Map.of("driver", "file", "filename", layer.toString(), "discard", "unmap"));
    }

    /** Has writes go to {@code overlay}, which lies over the layer that they go to now. */
    void divert(Path from, Path overlay) throws IOException {
        try (var qmp = Qmp.open(qmpSocket, COMMAND_LIMIT)) {
            cancelFlattening(qmp);
            var known = qmp.execute("query-named-block-nodes", Map.of("flat", true));
            if (known.findValuesAsText("node-name").stream().noneMatch(nodeOf(overlay)::equals)) {
                Access.best(access -> {
                    var node = new HashMap<String, @Nullable Object>(node(overlay, access));
                    // Linked by the next command: opening it from the header would open the layer below twice.
                    node.put("backing", null);
                    qmp.execute("blockdev-add", node);
                });
            }
            qmp.execute("blockdev-snapshot", Map.of("node", nodeOf(from), "overlay", nodeOf(overlay)));
        }
    }

    /** Ends the export and everybody's connection to it, and goes on; nothing is read or written when this returns. */
    void close(String name) throws IOException {
        try (var qmp = Qmp.open(qmpSocket, COMMAND_LIMIT)) {
            qmp.execute("block-export-del", Map.of("id", name, "mode", "hard"));
            // It is there until the last request that had begun has ended.
            awaitThat(() -> qmp.execute("query-block-exports", Map.of()).isEmpty(), "the export");
        }
    }

    /** Serves the layer again after {@link #close}, as large as it is now. */
    void reopen(Serving serving) throws IOException {
        try (var qmp = Qmp.open(qmpSocket, COMMAND_LIMIT)) {
            qmp.execute("block-export-add", export(serving.layer(), serving.name()));
        }
    }

    /** Begins to copy what is below {@code layer} into it, unless that is under way. */
    void flatten(Path layer) throws IOException {
        try (var qmp = Qmp.open(qmpSocket, COMMAND_LIMIT)) {
            if (qmp.execute("query-block-jobs", Map.of()).isEmpty()) {
                qmp.execute("block-stream", Map.of("job-id", FLATTENING, "device", nodeOf(layer)));
            }
        }
    }

    /** A layer that is being filled cannot be put below another. */
    private void cancelFlattening(Qmp qmp) throws IOException {
        awaitThat(
                () -> {
                    var ended = qmp.execute("query-block-jobs", Map.of()).isEmpty();
                    if (!ended) {
                        cancel(qmp);
                    }
                    return ended;
                },
                "the copy below it");
    }

    private static void cancel(Qmp qmp) throws IOException {
        try {
            qmp.execute("block-job-cancel", Map.of("device", FLATTENING, "force", true));
        } catch (QmpRefusal e) {
            LOG.debugf("the copy ended by itself: %s", e.getMessage());
        }
    }

    /** Ends it and everybody's connection to it; returns when it is gone. */
    void stop() throws IOException {
        var running = process();
        if (running.isPresent()) {
            // At once: what a guest was told is durable has been flushed, and the rest it was not promised.
            running.get().destroyForcibly();
            awaitThat(() -> !isOurs(running.get().pid()), "the storage daemon");
        }
        Files.deleteIfExists(nbdSocket);
        Files.deleteIfExists(qmpSocket);
        Files.deleteIfExists(pidFile);
    }

    /** Waits until {@code what} of this volume has ended. */
    private void awaitThat(Ended ended, String what) throws IOException {
        var deadline = System.nanoTime() + COMMAND_LIMIT.toNanos();
        while (!ended.look()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IOException(what + " of " + volume + " does not end: its disk may hang");
            }
            try {
                Thread.sleep(POLL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while " + what + " of " + volume + " should end");
            }
        }
    }

    @FunctionalInterface
    private interface Ended {
        boolean look() throws IOException;
    }

    private String nodeOf(Path layer) {
        var name = String.valueOf(layer.getFileName());
        // Begins with a letter, as QEMU wants it.
        return "l" + name.substring(0, name.lastIndexOf('.'));
    }

    private Path layerOf(String node) {
        return layers.resolve(node.substring(1) + ".qcow2");
    }

    private void run(List<String> command) throws IOException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(MEMORY);
        var process = builder.start();
        process.getOutputStream().close();
        try {
            var ended = process.onExit().get(COMMAND_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            if (ended.exitValue() != 0) {
                var words =
                        new String(ended.getInputStream().readNBytes(4096), java.nio.charset.StandardCharsets.UTF_8);
                throw new IOException("the storage daemon of " + volume + " does not start: " + words.strip());
            }
        } catch (TimeoutException | ExecutionException e) {
            throw new IOException("the storage daemon of " + volume + " does not start within " + COMMAND_LIMIT, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the storage daemon of " + volume + " started");
        } finally {
            process.destroyForcibly();
        }
    }
}
