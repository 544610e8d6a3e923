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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The process that serves one volume: qemu-storage-daemon with one NBD export on a Unix socket. It runs on its own, beyond
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

    /** Starts it; returns when it listens. */
    void start(Path layer, String name) throws IOException {
        if (nbdSocket.toString().length() + ".qmp".length() > LONGEST_SOCKET_PATH) {
            throw new IOException(
                    "the path of the data folder is too long for sockets: move the cloud to a shorter one");
        }
        run(List.of(
                PROGRAM,
                "--daemonize",
                "--pidfile",
                pidFile.toString(),
                "--blockdev",
                JSON.writeValueAsString(node(layer)),
                "--nbd-server",
                JSON.writeValueAsString(
                        Map.of("addr", Map.of("type", "unix", "path", nbdSocket.toString()), "max-connections", 1)),
                "--export",
                JSON.writeValueAsString(
                        Map.of("type", "nbd", "id", name, "name", name, "node-name", nodeOf(layer), "writable", true)),
                "--chardev",
                "socket,id=qmp,server=on,wait=off,path=" + qmpSocket.toString().replace(",", ",,"),
                "--monitor",
                "chardev=qmp"));
        // QEMU guests run under another user; who may connect must still know the export's name.
        Files.setPosixFilePermissions(nbdSocket, PosixFilePermissions.fromString("rw-rw-rw-"));
        Files.setPosixFilePermissions(qmpSocket, PosixFilePermissions.fromString("rw-------"));
    }

    private Map<String, Object> node(Path layer) {
        return Map.of(
                "driver",
                "qcow2",
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
                var node = new java.util.HashMap<String, @Nullable Object>(node(overlay));
                // Linked by the next command: opening it from the header would open the layer below twice.
                node.put("backing", null);
                qmp.execute("blockdev-add", node);
            }
            qmp.execute("blockdev-snapshot", Map.of("node", nodeOf(from), "overlay", nodeOf(overlay)));
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
    private static void cancelFlattening(Qmp qmp) throws IOException {
        var deadline = System.nanoTime() + COMMAND_LIMIT.toNanos();
        while (!qmp.execute("query-block-jobs", Map.of()).isEmpty()) {
            try {
                qmp.execute("block-job-cancel", Map.of("device", FLATTENING, "force", true));
                Thread.sleep(POLL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while a copy below a volume should end");
            } catch (QmpRefusal e) {
                LOG.debugf("the copy ended by itself: %s", e.getMessage());
            }
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("a copy below a volume does not end: its disk may hang");
            }
        }
    }

    /** Ends it and everybody's connection to it; returns when it is gone. */
    void stop() throws IOException {
        var running = process();
        if (running.isPresent()) {
            // At once: what a guest was told is durable has been flushed, and the rest it was not promised.
            running.get().destroyForcibly();
            await(running.get());
        }
        Files.deleteIfExists(nbdSocket);
        Files.deleteIfExists(qmpSocket);
        Files.deleteIfExists(pidFile);
    }

    private void await(ProcessHandle process) throws IOException {
        try {
            var deadline = System.nanoTime() + COMMAND_LIMIT.toNanos();
            while (isOurs(process.pid())) {
                if (System.nanoTime() - deadline > 0) {
                    throw new IOException("the storage daemon of " + volume + " does not end: its disk may hang");
                }
                Thread.sleep(POLL);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the storage daemon of " + volume + " should end");
        }
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
        var process = new ProcessBuilder(command).redirectErrorStream(true).start();
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
