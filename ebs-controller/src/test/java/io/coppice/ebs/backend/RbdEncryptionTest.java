package io.coppice.ebs.backend;

import static io.coppice.ebs.backend.ServedVolumesContract.FIRST;
import static io.coppice.ebs.backend.ServedVolumesContract.GIB;
import static io.coppice.ebs.backend.ServedVolumesContract.NOTHING;
import static io.coppice.ebs.backend.ServedVolumesContract.SECOND;
import static io.coppice.ebs.backend.ServedVolumesContract.holds;
import static io.coppice.ebs.backend.ServedVolumesContract.io;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.ebs.rbd.PoolUnderTest;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this failed, encrypted volumes in Ceph would lie there in the clear, or their snapshots lack what guests were told is
 * written. One volume's way: the whole of it is {@link RbdEncryptedVolumesTest}.
 */
class RbdEncryptionTest {
    private static final int PATTERN = 0xa7;
    private static final int LATER = 0x5b;
    private static final int BLOCK = 64 << 10;

    @TempDir
    Path folder;

    private final TestKeys keys = new TestKeys();

    @Test
    void anEncryptedVolumeIsOneInAllThatIsMadeOfIt() throws Exception {
        var pool = PoolUnderTest.fresh(folder.resolve("ceph.conf"));
        var started = RbdUnderTest.start(pool, folder.resolve("r"), keys, 2);
        var backend = started.backend();
        var volume = VolumeId.random();
        var clone = VolumeId.random();
        var snapshot = SnapshotId.random();
        try {
            backend.create(volume, GIB, NOTHING);
            var export = backend.serve(volume, FIRST);
            assertTrue(holds(export, 0));
            try (var guest = OpenVolume.unflushed(export)) {
                guest.write(PATTERN, 0, BLOCK);
                backend.snapshot(snapshot, volume);
                guest.write(LATER, BLOCK, BLOCK);
                OpenVolume.killDaemon(folder.resolve("r").resolve(volume.value() + ".pid"));
            }
            // By the daemon that took the dead one's place.
            ServedVolumesContract.eventually(() -> holds(export, PATTERN));
            assertEquals(0, io(export, "read -P " + LATER + " 64k 64k"));
            // Larger than what it is made of: the qcow2 in the image is made larger, too.
            backend.create(clone, 2 * GIB, Optional.of(snapshot));
            var cloned = backend.serve(clone, SECOND);
            assertTrue(holds(cloned, PATTERN));
            assertEquals(0, io(cloned, "read -P 0 64k 1M"));
            assertEquals(0, io(cloned, "read -P 0 2047M 1M"));
            var next = RbdUnderTest.start(pool, folder.resolve("r"), keys, 2);
            assertEquals(backend.capacity(), next.backend().capacity());
            next.stop();
            assertFalse(isStored(started, PATTERN) || isStored(started, LATER));
            assertOpensBy(clone, started);
        } finally {
            backend.delete(volume);
            backend.delete(clone);
            backend.delete(snapshot);
            started.stop();
        }
    }

    private void assertOpensBy(VolumeId volume, RbdUnderTest started) throws Exception {
        keys.mistake(volume);
        var backend = started.backend();
        assertThrows(IOException.class, () -> backend.serve(volume, FIRST));
        keys.remember(volume);
        assertTrue(holds(backend.serve(volume, FIRST), PATTERN));
    }

    private static boolean isStored(RbdUnderTest started, int pattern) throws IOException {
        var wanted = String.valueOf((char) pattern).repeat(512);
        return started.bytes().stream()
                .anyMatch(bytes -> new String(bytes, StandardCharsets.ISO_8859_1).contains(wanted));
    }
}
