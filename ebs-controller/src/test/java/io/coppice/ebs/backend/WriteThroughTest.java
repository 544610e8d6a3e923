package io.coppice.ebs.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.coppice.ebs.key.DiskKeys;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, a guest would lose acknowledged writes with the storage daemon of its volume, and not be told; or what it asked to be durable
 * would be lost with the machine's power.
 */
class WriteThroughTest {
    private static final int BLOCK = 64 << 10;
    private static final Path MEMORY = Path.of("/dev/shm");

    /** File systems whose files can be synchronous. */
    private static final Set<String> WITH_ATTRIBUTE = Set.of("ext4", "xfs", "btrfs");

    @TempDir
    Path folder;

    @Test
    void whatWasAcknowledgedOutlivesTheDaemonThoughNobodyAskedForIt() throws Exception {
        acknowledgedOutlivesTheDaemon(folder);
    }

    @Test
    void soItDoesWhereTheFileSystemHasNoSynchronousFiles() throws Exception {
        assumeTrue(Files.isDirectory(MEMORY), "needs a file system in memory at " + MEMORY);
        var inMemory = Files.createTempDirectory(MEMORY, "coppice");
        try {
            acknowledgedOutlivesTheDaemon(inMemory);
        } finally {
            try (var files = Files.walk(inMemory)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        }
    }

    private static void acknowledgedOutlivesTheDaemon(Path folder) throws Exception {
        var started = start(folder, true);
        var backend = started.backend();
        var volume = VolumeId.random();
        try {
            backend.create(volume, 1L << 30, Optional.empty());
            var export = backend.serve(volume, ServedVolumesContract.FIRST);
            try (var guest = OpenVolume.unflushed(export)) {
                guest.write(3, 0, BLOCK);
                // Over another layer, too.
                backend.snapshot(SnapshotId.random(), volume);
                guest.write(4, 700L << 20, BLOCK);
                OpenVolume.killDaemon(folder.resolve("r").resolve(volume.value() + ".pid"));
            }
            ServedVolumesContract.eventually(
                    () -> ServedVolumesContract.io(export, "read -P 4 %d %d".formatted(700L << 20, BLOCK)) == 0);
            assertEquals(0, ServedVolumesContract.io(export, "read -P 3 0 " + BLOCK));
        } finally {
            backend.delete(volume);
            started.stop();
        }
    }

    /** A daemon that leaves it to the kernel to have writes on the disk flushes none: the kernel must have been told. */
    @Test
    void filesThatTheDaemonDoesNotFlushAreSynchronous() throws Exception {
        assumeTrue(WITH_ATTRIBUTE.contains(Files.getFileStore(folder).type()), "needs ext4, XFS or Btrfs");
        var started = start(folder, true);
        var backend = started.backend();
        var volume = VolumeId.random();
        try {
            backend.create(volume, 1L << 30, Optional.empty());
            backend.serve(volume, ServedVolumesContract.FIRST);
            assertEquals(Flushing.BY_THE_KERNEL, flushing(started, volume));
            backend.snapshot(SnapshotId.random(), volume);
            assertEquals(Flushing.BY_THE_KERNEL, flushing(started, volume), "the layer over the snapshot");
            backend.withdraw(volume);

            started.stop();
            started = start(folder, false);
            backend = started.backend();
            backend.serve(volume, ServedVolumesContract.FIRST);
            assertEquals(Flushing.BY_THE_DAEMON, flushing(started, volume), "after it was switched off");
        } finally {
            backend.delete(volume);
            started.stop();
        }
    }

    private enum Flushing {
        BY_THE_KERNEL,
        BY_THE_DAEMON,
        BY_BOTH,
        BY_NOBODY
    }

    private Flushing flushing(LocalUnderTest started, VolumeId volume) throws Exception {
        var top = started.layers().find(volume).orElseThrow();
        var pid = Files.readString(folder.resolve("r").resolve(volume.value() + ".pid"))
                .strip();
        var daemon = !Files.readString(Path.of("/proc", pid, "cmdline")).contains("\"no-flush\":true");
        if (attributes(top).contains("S")) {
            return daemon ? Flushing.BY_BOTH : Flushing.BY_THE_KERNEL;
        }
        return daemon ? Flushing.BY_THE_DAEMON : Flushing.BY_NOBODY;
    }

    private static String attributes(Path file) throws IOException {
        var process = new ProcessBuilder("lsattr", "-d", file.toString()).start();
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).split(" ")[0];
    }

    private static LocalUnderTest start(Path folder, boolean writesThrough) throws IOException {
        return LocalUnderTest.start(folder, DiskKeys.NONE, new LocalVolumeBackend.Limits(1.0, 8), writesThrough);
    }
}
