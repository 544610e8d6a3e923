package io.coppice.ebs.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.ebs.serve.StorageDaemons;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.proto.ebs.v1.VolumeExport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
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
    private static final int DEADLINE_SECONDS = 60;

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
