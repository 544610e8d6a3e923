package io.coppice.ebs.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.coppice.ebs.key.DiskKeys;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, a guest whose writes are to be on the disk when they are acknowledged would lose them with the storage daemon of its
 * volume, and not be told.
 */
class WriteThroughTest {
    private static final int BLOCK = 64 << 10;

    @TempDir
    Path folder;

    @Test
    void whatWasAcknowledgedOutlivesTheDaemonThoughNobodyAskedForIt() throws Exception {
        var started = LocalUnderTest.start(folder, DiskKeys.NONE, new LocalVolumeBackend.Limits(1.0, 8), true);
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
}
