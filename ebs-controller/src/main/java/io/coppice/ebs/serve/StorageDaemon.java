package io.coppice.ebs.serve;

import io.coppice.ebs.layer.Layers;
import io.coppice.foundation.id.VolumeId;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The process that serves one volume: qemu-storage-daemon with an NBD export for each attachment. It runs on its own, beyond
 * the end of this process; all that is known of it is asked of it. Used by one thread at a time. Sources:
 * qemu-storage-daemon(1) and qemu-storage-daemon-qmp-ref(7).
 */
final class StorageDaemon {
    /** Where the list of those who are let in is, in QEMU's tree of objects. */
    private static final Map<String, String> HOSTS =
            Map.of("path", "/objects/" + Listening.WithTls.HOSTS, "property", "rules");

    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(20);
    private static final Duration POLL = Duration.ofMillis(5);
    private static final int LONGEST_SOCKET_PATH = 107;

    private final VolumeId volume;
    private final Duration patience;
    private final Path nbdSocket;
    private final Path qmpSocket;
    private final Path pidFile;

    /**
     * Nothing is started by this.
     *
     * @param run the folder of sockets and process ids
     * @param patience how long it may take to end in an orderly way before it is killed; zero: it is killed at once
     */
    StorageDaemon(VolumeId volume, Path run, Duration patience) {
        this.volume = volume;
        this.patience = patience;
        this.nbdSocket = run.resolve(volume.value());
        this.qmpSocket = run.resolve(volume.value() + ".qmp");
        this.pidFile = run.resolve(volume.value() + ".pid");
    }

    /** What it does, as it says itself: the exports' names, without hosts, and the node that is written to. */
    record Serving(Grants grants, String node) {}

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
            var command = ProcessFiles.command(pid);
            return command.startsWith(DaemonCommand.PROGRAM) && command.contains(pidFile.toString());
        } catch (IOException e) {
            // It ended in this moment, or is only waiting to be taken note of.
            return false;
        }
    }

    /** Whether nothing of it is left that could write. */
    private boolean hasEnded(long pid) {
        return !isOurs(pid) && !ProcessFiles.isEnding(pid);
    }

    /** What it serves; empty when it does not run, or nobody can speak to it. */
    Optional<Serving> serving() throws IOException {
        var running = process();
        // Without a socket: one whose start was cut off by the end of this process, and whose traces the next start
        // removed.
        if (running.isEmpty() || !Files.exists(qmpSocket)) {
            return Optional.empty();
        }
        try (var qmp = Qmp.open(qmpSocket, COMMAND_LIMIT)) {
            var exports = qmp.execute("query-block-exports", Map.of());
            if (exports.isEmpty()) {
                return Optional.empty();
            }
            // How many connections it takes it was told when it was started, and says nowhere else.
            var shared =
                    DaemonCommand.isShared(ProcessFiles.command(running.get().pid()));
            var names = new TreeSet<>(exports.findValuesAsText("id"));
            var node = LayerNodes.layer(exports.get(0).path("node-name").asText());
            return Optional.of(new Serving(new Grants(names, shared, Collections.emptySortedMap(), false), node));
        } catch (IOException e) {
            if (process().isEmpty()) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Starts it; returns when it listens. */
    void start(BlockDisk disk, Grants grants, Listening listening) throws IOException {
        if (nbdSocket.toString().length() + ".qmp".length() > LONGEST_SOCKET_PATH) {
            throw new IOException(
                    "the path of the data folder is too long for sockets: move the cloud to a shorter one");
        }
        DiskAccess.best(access -> new DaemonCommand(disk, grants, listening, access).start(volume, pidFile, qmpSocket));
        if (listening instanceof Listening.AtSocket(var path)) {
            // QEMU guests run under another user; who may connect must still know the export's name.
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-rw-"));
        }
        Files.setPosixFilePermissions(qmpSocket, PosixFilePermissions.fromString("rw-------"));
    }

    /** Has writes go to {@code overlay}, which lies over the layer that they go to now. */
    void divert(Path from, Path overlay) throws IOException {
        var through = writesThrough();
        try (var qmp = Qmp.open(qmpSocket, COMMAND_LIMIT)) {
            cancelFlattening(qmp);
            var known = qmp.execute("query-named-block-nodes", Map.of("flat", true));
            if (known.findValuesAsText("node-name").stream().noneMatch(LayerNodes.name(overlay)::equals)) {
                DiskAccess.best(access -> qmp.execute(
                        "blockdev-add", LayerNodes.overlay(overlay, LayerAccess.prepare(overlay, access, through))));
            }
            qmp.execute(
                    "blockdev-snapshot", Map.of("node", LayerNodes.name(from), "overlay", LayerNodes.name(overlay)));
        }
    }

    /** Ends these exports and everybody's connection to them, and goes on; nothing is read or written by them when this returns. */
    void close(Set<String> names) throws IOException {
        try (var qmp = Qmp.open(qmpSocket, COMMAND_LIMIT)) {
            for (var name : names) {
                qmp.execute("block-export-del", Map.of("id", name, "mode", "hard"));
            }
            // They are there until the last request that had begun has ended.
            awaitThat(
                    () -> Collections.disjoint(
                            qmp.execute("query-block-exports", Map.of()).findValuesAsText("id"), names),
                    "the export");
        }
    }

    /** Serves a node under these names too, as large as it is now. */
    void open(String node, Set<String> names) throws IOException {
        var through = writesThrough();
        try (var qmp = Qmp.open(qmpSocket, COMMAND_LIMIT)) {
            // What is written to a node below a copy that runs would pass the copy by.
            cancelFlattening(qmp);
            for (var name : names) {
                qmp.execute("block-export-add", DaemonCommand.export(node, name, through));
            }
        }
    }

    /** Whether it was started with a disk that {@link BlockDisk#writesThrough}. */
    private boolean writesThrough() throws IOException {
        var running = process().orElseThrow(() -> new IOException("the storage daemon of " + volume + " has ended"));
        return DaemonCommand.writesThrough(ProcessFiles.command(running.pid()));
    }

    /** Whom it lets in; only to be asked of one that serves with TLS. */
    Admission admitted() throws IOException {
        try (var qmp = Qmp.open(qmpSocket, COMMAND_LIMIT)) {
            return Admission.in(qmp.execute("qom-get", HOSTS));
        }
    }

    /**
     * Lets in these hosts from now on, and no other. Who is connected stays so. Only to be told to one that serves with TLS.
     */
    void admit(Admission admission) throws IOException {
        try (var qmp = Qmp.open(qmpSocket, COMMAND_LIMIT)) {
            var arguments = new HashMap<String, Object>(HOSTS);
            arguments.put("value", admission.rules());
            qmp.execute("qom-set", arguments);
        }
    }

    /** How large its disk is in its own eyes, bytes. */
    long sizeBytes(String node) throws IOException {
        try (var qmp = Qmp.open(qmpSocket, COMMAND_LIMIT)) {
            for (var each : qmp.execute("query-named-block-nodes", Map.of("flat", true))) {
                if (each.path("node-name").asText().equals(node)) {
                    return each.path("image").path("virtual-size").asLong();
                }
            }
        }
        throw new IOException("the storage daemon of " + volume + " does not know its disk");
    }

    /** Has it see its disk so large; to be called after {@link #close}. */
    void resize(String node, long sizeBytes) throws IOException {
        try (var qmp = Qmp.open(qmpSocket, COMMAND_LIMIT)) {
            qmp.execute("block_resize", Map.of("node-name", node, "size", sizeBytes));
        }
    }

    /**
     * Begins to copy what is below {@code layer} into it, unless that is under way; true when all is copied, and to be completed by
     * {@link #completeFlattening}.
     */
    boolean flatten(Path layer) throws IOException {
        try (var qmp = Qmp.open(qmpSocket, COMMAND_LIMIT)) {
            var flattening = new Flattening(qmp);
            var progress = flattening.progress();
            if (progress == Flattening.Progress.NOT_BEGUN) {
                flattening.begin(layer);
            }
            return progress == Flattening.Progress.COPIED;
        }
    }

    /**
     * Lets a layer that holds all that is below it stand alone; durable when this returns.
     *
     * @param chain the layer, and all below it
     */
    void completeFlattening(List<Path> chain) throws IOException {
        try (var qmp = Qmp.open(qmpSocket, COMMAND_LIMIT)) {
            var flattening = new Flattening(qmp);
            flattening.complete(chain);
            awaitThat(() -> flattening.progress() == Flattening.Progress.NOT_BEGUN, "the copy below it");
        }
        Layers.makeDurable(chain.getFirst());
    }

    /** A layer that is being filled cannot be put below another. */
    private void cancelFlattening(Qmp qmp) throws IOException {
        var flattening = new Flattening(qmp);
        awaitThat(
                () -> {
                    var ended = flattening.progress() == Flattening.Progress.NOT_BEGUN;
                    if (!ended) {
                        flattening.cancel();
                    }
                    return ended;
                },
                "the copy below it");
    }

    /** Ends it and everybody's connection to it; returns when it is gone. */
    void stop() throws IOException {
        var running = process();
        if (running.isPresent()) {
            var pid = running.get().pid();
            if (patience.isZero() || !endsInOrder(running.get())) {
                // What a guest was told is durable has been flushed, and the rest it was not promised.
                running.get().destroyForcibly();
            }
            awaitThat(() -> hasEnded(pid), "the storage daemon");
        }
        Files.deleteIfExists(nbdSocket);
        Files.deleteIfExists(qmpSocket);
        Files.deleteIfExists(pidFile);
    }

    /** False when it takes longer than it may. */
    private boolean endsInOrder(ProcessHandle running) throws IOException {
        running.destroy();
        return ends(() -> hasEnded(running.pid()), patience);
    }

    /** Waits until {@code what} of this volume has ended. */
    private void awaitThat(Ended ended, String what) throws IOException {
        if (!ends(ended, COMMAND_LIMIT)) {
            throw new IOException(what + " of " + volume + " does not end: its disk may hang");
        }
    }

    private boolean ends(Ended ended, Duration limit) throws IOException {
        var deadline = System.nanoTime() + limit.toNanos();
        while (!ended.look()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            try {
                Thread.sleep(POLL);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while " + volume + " should be served no more");
            }
        }
        return true;
    }

    @FunctionalInterface
    private interface Ended {
        boolean look() throws IOException;
    }
}
