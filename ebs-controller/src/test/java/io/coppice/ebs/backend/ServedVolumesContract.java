package io.coppice.ebs.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.ebs.serve.Grants;
import io.coppice.ebs.serve.StorageDaemons;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.proto.ebs.v1.VolumeExport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, guests would lose what they wrote: with real storage daemons, written and read as a guest's QEMU does it.
 */
abstract class ServedVolumesContract extends VolumeBackendContract {
    static final String FIRST = "e00000000000000000000000000000001";
    static final String SECOND = "e00000000000000000000000000000002";
    static final String THIRD = "e00000000000000000000000000000003";
    private static final int DEADLINE_SECONDS = 60;
    private static final int BLOCK = 65_536;

    @TempDir
    Path folder;

    final List<VolumeId> served = new ArrayList<>();

    private BackendUnderTest started;

    /** With daemons in the folder {@code r}; again after {@link BackendUnderTest#stop}, as after a restart. */
    abstract BackendUnderTest start() throws IOException;

    BackendUnderTest started() {
        return started;
    }

    @BeforeEach
    void open() throws IOException {
        Assumptions.assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/qemu-storage-daemon"))
                        && Files.isExecutable(Path.of("/usr/bin/qemu-io")),
                "needs qemu-storage-daemon and qemu-io: install qemu-system-common and qemu-utils");
        started = start();
    }

    @AfterEach
    void close() throws IOException {
        if (started != null) {
            for (var volume : served) {
                backend().delete(volume);
            }
            started.stop();
        }
    }

    @Override
    VolumeBackend backend() {
        return started.backend();
    }

    @Test
    void aSnapshotHoldsWhatWasWrittenBeforeItAndNothingAfter() throws Exception {
        var volume = VolumeId.random();
        var export = served(volume, FIRST);
        write(export, 1);
        var snapshot = SnapshotId.random();
        backend().snapshot(snapshot, volume);
        write(export, 2);
        assertTrue(holds(export, 2));

        var clone = VolumeId.random();
        served.add(clone);
        backend().create(clone, 2 * GIB, Optional.of(snapshot));
        var cloned = backend().serve(clone, SECOND);
        assertTrue(holds(cloned, 1));
        write(cloned, 3);
        assertTrue(holds(export, 2));
        backend().delete(snapshot);
        assertTrue(holds(cloned, 3));
    }

    /** What was acknowledged need not be durable, and is in a snapshot for all that. */
    @Test
    void aSnapshotHoldsWhatNobodyAskedToBeMadeDurable() throws Exception {
        var volume = VolumeId.random();
        var alone = SnapshotId.random();
        var together = SnapshotId.random();
        try (var guest = OpenVolume.unflushed(served(volume, FIRST))) {
            guest.write(1, 0, BLOCK);
            backend().snapshot(alone, volume);
            guest.write(2, BLOCK, BLOCK);
            backend().snapshot(Map.of(together, volume));
        }
        assertEquals(0, io(clone(alone, SECOND), "read -P 1 0 64k"));
        assertEquals(0, io(clone(together, THIRD), "read -P 2 64k 64k"));
        backend().delete(alone);
        backend().delete(together);
    }

    private VolumeExport clone(SnapshotId snapshot, String name) throws IOException {
        var clone = VolumeId.random();
        served.add(clone);
        backend().create(clone, GIB, Optional.of(snapshot));
        return backend().serve(clone, name);
    }

    @Test
    void aDaemonThatDiesIsReplacedAndNothingIsLost() throws Exception {
        var volume = VolumeId.random();
        var export = served(volume, FIRST);
        write(export, 7);
        backend().snapshot(SnapshotId.random(), volume);
        write(export, 8);
        var before = pid(volume);
        ProcessHandle.of(before).orElseThrow().destroyForcibly();
        eventually(() -> pid(volume) != before && holds(export, 8));
    }

    @Test
    void whoHadItUnderAnotherNameIsCutOff() throws Exception {
        var volume = VolumeId.random();
        var first = served(volume, FIRST);
        write(first, 1);
        var before = pid(volume);
        var second = backend().serve(volume, SECOND);
        assertNotEquals(before, pid(volume));
        assertNotEquals(0, io(first, "write -P 9 0 4096"));
        assertTrue(holds(second, 1));
        backend().withdraw(volume);
        assertNotEquals(0, io(second, "read -P 1 0 4096"));
    }

    @Test
    void whatIsServedGoesOnWithoutTheControllerAndIsFoundAgain() throws Exception {
        var volume = VolumeId.random();
        var export = served(volume, FIRST);
        var before = pid(volume);
        started.stop();
        write(export, 4);
        open();
        assertEquals(export, backend().serve(volume, FIRST));
        assertEquals(before, pid(volume));
        assertTrue(holds(export, 4));
    }

    @Test
    void whatIsServedCanBeEndedWithoutTheController() throws Exception {
        var volume = VolumeId.random();
        var export = served(volume, FIRST);
        started.stop();
        assertEquals(1, StorageDaemons.stopAll(folder.resolve("r")));
        assertNotEquals(0, io(export, "read 0 512"));
        assertEquals(0, StorageDaemons.stopAll(folder.resolve("r")));
    }

    @Test
    void thoseWhoShareAVolumeReadWhatEachOtherWrote() throws Exception {
        var volume = VolumeId.random();
        var exports = shared(volume, FIRST, SECOND);
        try (var first = new OpenVolume(exports.getFirst());
                var second = new OpenVolume(exports.getLast())) {
            assertTrue(first.writeOnce(1, 0, BLOCK));
            assertTrue(second.writeOnce(2, BLOCK, BLOCK));
            assertEquals(0, io(exports.getFirst(), "read -P 2 64k 64k"));
            assertEquals(0, io(exports.getLast(), "read -P 1 0 64k"));
            var snapshot = SnapshotId.random();
            backend().snapshot(snapshot, volume);
            assertTrue(first.writeOnce(3, BLOCK, BLOCK));
            assertTrue(second.writeOnce(4, 0, BLOCK));
            var clone = VolumeId.random();
            served.add(clone);
            backend().create(clone, GIB, Optional.of(snapshot));
            var cloned = backend().serve(clone, THIRD);
            assertEquals(0, io(cloned, "read -P 1 0 64k"));
            assertEquals(0, io(cloned, "read -P 2 64k 64k"));
            assertEquals(0, io(exports.getFirst(), "read -P 4 0 64k"));
            assertEquals(0, io(exports.getLast(), "read -P 3 64k 64k"));
            backend().delete(snapshot);
        }
    }

    @Test
    void whoLosesASharedVolumeIsCutOffAndTheOthersNoticeNothing() throws Exception {
        var volume = VolumeId.random();
        var exports = shared(volume, FIRST, SECOND);
        var before = pid(volume);
        try (var first = new OpenVolume(exports.getFirst());
                var second = new OpenVolume(exports.getLast());
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            assertTrue(first.writeOnce(1, 0, BLOCK));
            var writing = new AtomicBoolean(true);
            var failures = threads.submit(() -> writeWhile(writing, second));
            try {
                assertEquals(exports.subList(1, 2), backend().serve(volume, Grants.shared(Set.of(SECOND))));
                assertFalse(first.writeOnce(9, 0, BLOCK));
                assertNotEquals(0, io(exports.getFirst(), "write -P 9 0 64k"));
                var third = backend()
                        .serve(volume, Grants.shared(Set.of(SECOND, THIRD)))
                        .getLast();
                assertEquals(0, io(third, "read -P 1 0 64k"));
            } finally {
                // Or it would go on for ever when this fails.
                writing.set(false);
            }
            assertEquals(0, failures.get());
            assertEquals(before, pid(volume));
        }
        backend().withdraw(volume);
        assertNotEquals(0, io(exports.getLast(), "read 0 512"));
    }

    /** How many of its writes were not acknowledged, of a hundred or more. */
    private static int writeWhile(AtomicBoolean writing, OpenVolume volume) throws IOException {
        var failures = 0;
        for (int i = 0; i < 100 || writing.get(); i++) {
            failures += volume.writeOnce(2, BLOCK, BLOCK) ? 0 : 1;
        }
        return failures;
    }

    @Test
    void aSharedVolumeGrowsAndOutlivesItsDaemonForAll() throws Exception {
        var volume = VolumeId.random();
        var exports = shared(volume, FIRST, SECOND);
        try (var first = new OpenVolume(exports.getFirst());
                var second = new OpenVolume(exports.getLast())) {
            first.write(1, 0, BLOCK);
            backend().create(volume, 2 * GIB, NOTHING);
            assertEquals(0, io(exports.getFirst(), "write -P 5 1500M 64k"));
            assertEquals(0, io(exports.getLast(), "read -P 5 1500M 64k"));
            var before = pid(volume);
            OpenVolume.killDaemon(folder.resolve("r").resolve(volume.value() + ".pid"));
            first.write(2, 0, BLOCK);
            second.write(3, BLOCK, BLOCK);
            assertNotEquals(before, pid(volume));
            assertEquals(0, io(exports.getLast(), "read -P 2 0 64k"));
        }
        started.stop();
        var before = pid(volume);
        open();
        assertEquals(exports, backend().serve(volume, Grants.shared(Set.of(FIRST, SECOND))));
        assertEquals(before, pid(volume));
    }

    /** Whoever has it goes on under his name; he is cut off for a moment, since another number may connect. */
    @Test
    void aVolumeBecomesSharedAndIsOneGuestsAgainWhileItIsInUse() throws Exception {
        var volume = VolumeId.random();
        var alone = served(volume, FIRST);
        try (var first = new OpenVolume(alone)) {
            first.write(1, 0, BLOCK);
            assertEquals(List.of(alone), backend().serve(volume, Grants.shared(Set.of(FIRST))));
            var second = backend()
                    .serve(volume, Grants.shared(Set.of(FIRST, SECOND)))
                    .getLast();
            first.write(2, 0, BLOCK);
            assertEquals(0, io(second, "read -P 2 0 64k"));
            assertEquals(alone, backend().serve(volume, FIRST));
            assertNotEquals(0, io(second, "read 0 512"));
            first.write(3, 0, BLOCK);
            // He has the one connection that there is.
            assertNotEquals(0, refused(alone));
        }
    }

    /** As {@link #io}, of somebody who gives up when nobody answers him. */
    private static int refused(VolumeExport export) throws Exception {
        var process = new ProcessBuilder(
                        "timeout", "2", "qemu-io", "-f", "raw", "-c", "read 0 512", OpenVolume.address(export))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor();
    }

    private List<VolumeExport> shared(VolumeId volume, String... names) throws IOException {
        served.add(volume);
        backend().create(volume, GIB, NOTHING);
        return backend().serve(volume, Grants.shared(Set.of(names)));
    }

    VolumeExport served(VolumeId volume, String name) throws IOException {
        served.add(volume);
        backend().create(volume, GIB, NOTHING);
        return backend().serve(volume, name);
    }

    static void write(VolumeExport export, int pattern) throws Exception {
        assertEquals(0, io(export, "write -P " + pattern + " 0 65536"));
        assertEquals(0, io(export, "flush"));
    }

    static boolean holds(VolumeExport export, int pattern) throws Exception {
        return io(export, "read -P " + pattern + " 0 65536") == 0;
    }

    static int io(VolumeExport export, String command) throws Exception {
        var process = new ProcessBuilder(
                        "qemu-io",
                        "-f",
                        "raw",
                        "-c",
                        command,
                        "nbd+unix:///" + export.getName() + "?socket=" + export.getUnixPath())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertTrue(process.waitFor(DEADLINE_SECONDS, TimeUnit.SECONDS));
        return process.exitValue();
    }

    long pid(VolumeId volume) throws IOException {
        var file = folder.resolve("r").resolve(volume.value() + ".pid");
        return Files.exists(file) ? Long.parseLong(Files.readString(file).strip()) : 0;
    }

    static void eventually(Check check) throws Exception {
        var deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        while (!check.holds()) {
            assertTrue(System.nanoTime() < deadline, "it did not come to be");
            Thread.sleep(100);
        }
    }

    @FunctionalInterface
    interface Check {
        boolean holds() throws Exception;
    }
}
