package io.coppice.ebs.serve;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.coppice.foundation.id.VolumeId;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The command of a storage daemon: it says what the daemon serves to whom, and what it says the daemon says nowhere else. Source:
 * qemu-storage-daemon(1).
 *
 * @param disk what is read and written
 * @param grants to whom
 * @param listening where
 * @param access how the disk is opened
 */
record DaemonCommand(BlockDisk disk, Grants grants, Listening listening, DiskAccess access) {
    static final String PROGRAM = "qemu-storage-daemon";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final int LONGEST_WORDS = 4096;
    private static final String SHARED = "\"max-connections\":" + Grants.MOST;
    private static final String THROUGH = "\"writethrough\":true";
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

    /** Whether several may connect at a time, by the command of a daemon that runs. */
    static boolean isShared(String command) {
        return command.contains(SHARED);
    }

    /** Whether the disk {@link BlockDisk#writesThrough}, by the command of a daemon that runs. */
    static boolean writesThrough(String command) {
        return command.contains(THROUGH);
    }

    /**
     * In the daemon's first thread: QEMU 7.2 ends with an assertion when a client of an export in another one hangs up
     * (nbd_blockdev_client_closed in blockdev-nbd.c).
     */
    static Map<String, Object> export(String node, String name, boolean through) {
        return Map.of(
                "type", "nbd", "id", name, "name", name, "node-name", node, "writable", true, "writethrough", through);
    }

    /** Starts it; returns when it listens. Throws with QEMU's words when it does not come to that. */
    void start(VolumeId volume, Path pidFile, Path qmpSocket) throws IOException {
        var builder = new ProcessBuilder(words(pidFile, qmpSocket)).redirectErrorStream(true);
        builder.environment().putAll(MEMORY);
        var process = builder.start();
        try {
            try (var input = process.getOutputStream()) {
                if (disk.key().isPresent()) {
                    input.write(disk.key().get().passphrase());
                }
            }
            var ended = process.onExit().get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            if (ended.exitValue() != 0) {
                var said = new String(ended.getInputStream().readNBytes(LONGEST_WORDS), StandardCharsets.UTF_8);
                throw new IOException("the storage daemon of " + volume + " does not start: " + said.strip());
            }
        } catch (TimeoutException | ExecutionException e) {
            throw new IOException("the storage daemon of " + volume + " does not start within " + LIMIT, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while the storage daemon of " + volume + " started");
        } finally {
            process.destroyForcibly();
        }
    }

    private List<String> words(Path pidFile, Path qmpSocket) throws IOException {
        var words = new ArrayList<>(List.of(PROGRAM, "--daemonize", "--pidfile", pidFile.toString()));
        if (disk.key().isPresent()) {
            words.addAll(List.of("--object", SECRET));
        }
        for (var object : listening.objects(Admission.of(grants))) {
            words.addAll(List.of("--object", JSON.writeValueAsString(object)));
        }
        words.addAll(List.of(
                "--blockdev",
                JSON.writeValueAsString(disk.node(access)),
                "--nbd-server",
                JSON.writeValueAsString(listening.server(grants.connections()))));
        for (var name : grants.names()) {
            words.addAll(
                    List.of("--export", JSON.writeValueAsString(export(disk.nodeName(), name, disk.writesThrough()))));
        }
        words.addAll(List.of(
                "--chardev",
                "socket,id=qmp,server=on,wait=off,path=" + qmpSocket.toString().replace(",", ",,"),
                "--monitor",
                "chardev=qmp"));
        return words;
    }
}
