package io.coppice.ebs.transfer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.coppice.ebs.rbd.PoolUnderTest;
import io.coppice.ebs.rbd.RbdVolumeBackend;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
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

    @Test
    void whatIsImportedIsWhatASnapshotOfItIsExportedAs() throws Exception {
        var pool = PoolUnderTest.fresh(folder.resolve("ceph.conf"));
        var limits = new RbdVolumeBackend.Limits(1.0, 2);
        try (var backend = new RbdVolumeBackend(pool, folder.resolve("r"), Optional.empty(), limits)) {
            var content = new byte[DISK];
            new Random(11).nextBytes(content);
            Arrays.fill(content, DISK / 4, DISK / 2, (byte) 0);
            var disk = Files.write(folder.resolve("disk.raw"), content);
            var volume = VolumeId.random();
            backend.create(volume, 2L * DISK, Optional.empty());
            var qemuImg = new QemuImg(Duration.ofMinutes(1));
            var stored = backend.stored(volume).orElseThrow();
            assertEquals(2L * DISK, stored.sizeBytes());
            qemuImg.fill(disk, DiskFormat.RAW, stored, percent -> {});
            stored.sync();

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
}
