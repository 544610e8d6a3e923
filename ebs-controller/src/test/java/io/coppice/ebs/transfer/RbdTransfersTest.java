package io.coppice.ebs.transfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.ebs.key.DiskKey;
import io.coppice.ebs.key.DiskKeys;
import io.coppice.ebs.rbd.PoolUnderTest;
import io.coppice.ebs.rbd.RbdVolumeBackend;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.support.CephUnderTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, disks that are imported into Ceph, or exported from there, would hold something else than they should. */
@Tag("full")
class RbdTransfersTest {
    private static final int DISK = 4 << 20;

    @TempDir
    Path folder;

    private final QemuImg qemuImg = new QemuImg(Duration.ofMinutes(1));

    @Test
    void whatIsImportedIsWhatASnapshotOfItIsExportedAs() throws Exception {
        try (var backend = backend(DiskKeys.NONE)) {
            var content = content();
            var volume = imported(backend, content);
            var snapshot = SnapshotId.random();
            backend.snapshot(snapshot, volume);
            backend.delete(volume);
            var exported = folder.resolve("exported.raw");
            qemuImg.extract(backend.stored(snapshot).orElseThrow(), exported, DiskFormat.RAW, percent -> {});
            assertArrayEquals(Arrays.copyOf(content, 2 * DISK), Files.readAllBytes(exported));
            backend.delete(snapshot);
            assertEquals(Optional.empty(), backend.stored(snapshot));
        }
    }

    @Test
    void whatIsImportedIntoAnEncryptedVolumeIsWhatAGuestReads() throws Exception {
        var key = Optional.of(DiskKey.random());
        try (var backend = backend(id -> key)) {
            var content = content();
            var volume = imported(backend, content);
            assertTrue(backend.stored(volume).orElseThrow().isEncrypted());
            var export = backend.serve(volume, "e00000000000000000000000000000001");
            var read = folder.resolve("read.raw");
            CephUnderTest.run(
                    "qemu-img",
                    "convert",
                    "-f",
                    "raw",
                    "nbd+unix:///" + export.getName() + "?socket=" + export.getUnixPath(),
                    "-O",
                    "raw",
                    read.toString());
            assertArrayEquals(Arrays.copyOf(content, 2 * DISK), Files.readAllBytes(read));
            backend.delete(volume);
        }
    }

    private RbdVolumeBackend backend(DiskKeys keys) throws IOException {
        var pool = PoolUnderTest.fresh(folder.resolve("ceph.conf"));
        return new RbdVolumeBackend(
                pool,
                folder.resolve("r"),
                Optional.empty(),
                new RbdVolumeBackend.Encryption(keys, qemuImg, 1),
                new RbdVolumeBackend.Limits(1.0, 2));
    }

    private static byte[] content() {
        var content = new byte[DISK];
        new Random(11).nextBytes(content);
        Arrays.fill(content, DISK / 4, DISK / 2, (byte) 0);
        return content;
    }

    private VolumeId imported(RbdVolumeBackend backend, byte[] content) throws IOException {
        var disk = Files.write(folder.resolve("disk.raw"), content);
        var volume = VolumeId.random();
        backend.create(volume, 2L * DISK, Optional.empty());
        var stored = backend.stored(volume).orElseThrow();
        assertEquals(2L * DISK, stored.sizeBytes());
        qemuImg.fill(disk, DiskFormat.RAW, stored, percent -> {});
        stored.sync();
        return volume;
    }
}
