package io.coppice.ebs.serve;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.coppice.ebs.key.DiskKey;
import io.coppice.ebs.layer.Layers;
import io.coppice.foundation.id.VolumeId;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The process that serves one volume: qemu-storage-daemon with an NBD export for each attachment. It runs on its own, beyond
 * the end of this process; all that is known of it is asked of it. Used by one thread at a time. Sources:
 * qemu-storage-daemon(1) and qemu-storage-daemon-qmp-ref(7).
 */
final class StorageDaemon {
    static final String PROGRAM = "qemu-storage-daemon";

    /** What stands in the command of one that several may connect to at a time. */
    private static final String SHARED = "\"max-connections\":" + Grants.MOST;

    /** What stands in the command of one whose disk {@link BlockDisk#writesThrough}. */
    private static final String THROUGH = "\"writethrough\":true";

    /** Where the list of those who are let in is, in QEMU's tree of objects. */
    private static final Map<String, String> HOSTS =
            Map.of("path", "/objects/" + Listening.WithTls.HOSTS, "property", "rules");

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(20);
    private static final Duration POLL = Duration.ofMillis(5);
    private static final int LONGEST_SOCKET_PATH = 107;
    /** Through a pipe: a key in an argument could be read by every user of this machine. */
    private static final String SECRET = "secret,id=" + BlockDisk.KEY + ",file=/dev/stdin";

    /**
     * Memory that a large request took is kept for the next ones, 32 MiB at most: otherwise the kernel clears each page of it
     * again for every request, which costs more than the request. It is in huge pages where the kernel has any: past the page
     * cache it looks up each page of a request. Sources: mallopt(3), "Memory Allocation Tunables" of the GNU C library's manual.
     */
    private static final Map<String, String> MEMORY = Map.of(
            "MALLOC_MMAP_THRESHOLD_", "33554432",
            "MALLOC_TRIM_THRESHOLD_", "33554432",
            "GLIBC_TUNABLES", "glibc.malloc.hugetlb=1");

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
            return command.startsWith(PROGRAM) && command.contains(pidFile.toString());
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
            var shared = ProcessFiles.command(running.get().pid()).contains(SHARED);
            var names = new TreeSet<>(exports.findValuesAsText("id"));
            var node = BlockGraph.named(exports.get(0).path("node-name").asText(), qmp);
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
        DiskAccess.best(access -> run(command(disk, grants, listening, access), disk.key()));
        if (listening instanceof Listening.AtSocket(var path)) {
            // QEMU guests run under another user; who may connect must still know the export's name.
            Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-rw-rw-"));
        }
        Files.setPosixFilePermissions(qmpSocket, PosixFilePermissions.fromString("rw-------"));
    }

    private List<String> command(BlockDisk disk, Grants grants, Listening listening, DiskAccess access)
            throws IOException {
        var command = new ArrayList<>(List.of(PROGRAM, "--daemonize", "--pidfile", pidFile.toString()));
        if (disk.key().isPresent()) {
            command.addAll(List.of("--object", SECRET));
        }
        for (var object : listening.objects(Admission.of(grants))) {
            command.addAll(List.of("--object", JSON.writeValueAsString(object)));
        }
        command.addAll(List.of(
                "--blockdev",
                JSON.writeValueAsString(disk.node(access)),
                "--nbd-server",
                JSON.writeValueAsString(listening.server(grants.connections()))));
        for (var name : grants.names()) {
            command.addAll(
                    List.of("--export", JSON.writeValueAsString(export(disk.nodeName(), name, disk.writesThrough()))));
        }
        command.addAll(List.of(
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
    private static Map<String, Object> export(String node, String name, boolean through) {
        return Map.of(
                "type", "nbd", "id", name, "name", name, "node-name", node, "writable", true, "writethrough", through);
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
                qmp.execute("block-export-add", export(node, name, through));
            }
        }
    }

    /** Whether it was started with a disk that {@link BlockDisk#writesThrough}. */
    private boolean writesThrough() throws IOException {
        var running = process().orElseThrow(() -> new IOException("the storage daemon of " + volume + " has ended"));
        return ProcessFiles.command(running.pid()).contains(THROUGH);
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

    /** Lets a layer that holds all that is below it stand alone; durable when this returns. */
    void completeFlattening(Path layer) throws IOException {
        try (var qmp = Qmp.open(qmpSocket, COMMAND_LIMIT)) {
            var flattening = new Flattening(qmp);
            flattening.complete(layer);
            awaitThat(() -> flattening.progress() == Flattening.Progress.NOT_BEGUN, "the copy below it");
        }
        Layers.makeDurable(layer);
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

    private void run(List<String> command, Optional<DiskKey> key) throws IOException {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(MEMORY);
        var process = builder.start();
        try {
            try (var input = process.getOutputStream()) {
                input.write(key.map(DiskKey::passphrase).orElse(new byte[0]));
            }
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
