package io.coppice.ebs.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** If this failed for a backend, the worker could not repeat what a crash cut off, or room would be promised twice. */
abstract class VolumeBackendContract {
    static final Optional<SnapshotId> NOTHING = Optional.empty();
    static final long GIB = 1L << 30;

    /** A backend that holds nothing, always the same one within a test. */
    abstract VolumeBackend backend() throws IOException;

    @Test
    void aVolumeIsMadeOnceAndRemovedOnce() throws IOException {
        var id = VolumeId.random();
        var before = backend().capacity().freeBytes();
        backend().create(id, GIB, NOTHING);
        backend().create(id, GIB, NOTHING);
        assertTrue(backend().exists(id));
        assertEquals(before - GIB, backend().capacity().freeBytes());
        backend().delete(id);
        backend().delete(id);
        assertFalse(backend().exists(id));
        assertEquals(before, backend().capacity().freeBytes());
    }

    @Test
    void aVolumeBecomesLargerAndNeverSmaller() throws IOException {
        var id = VolumeId.random();
        var before = backend().capacity().freeBytes();
        backend().create(id, GIB, NOTHING);
        backend().create(id, 2 * GIB, NOTHING);
        assertEquals(before - 2 * GIB, backend().capacity().freeBytes());
        assertThrows(VolumeConflictException.class, () -> backend().create(id, GIB, NOTHING));
        assertTrue(backend().exists(id));
    }

    @Test
    void moreThanThereIsIsNotPromised() throws IOException {
        var id = VolumeId.random();
        var tooMuch = backend().capacity().freeBytes() + GIB;
        assertThrows(NoCapacityException.class, () -> backend().create(id, tooMuch, NOTHING));
        assertFalse(backend().exists(id));
    }

    @Test
    void whatAVolumeTakesIsKnown() throws IOException {
        var id = VolumeId.random();
        backend().create(id, GIB, NOTHING);
        var allocated = backend().allocatedBytes(List.of(id, VolumeId.random()));
        assertEquals(1, allocated.size());
        assertTrue(allocated.getOrDefault(id, -1L) >= 0 && allocated.getOrDefault(id, GIB) < GIB);
    }

    @Test
    void snapshotsAndVolumesOutliveEachOther() throws IOException {
        var volume = VolumeId.random();
        var snapshot = SnapshotId.random();
        var copy = SnapshotId.random();
        var clone = VolumeId.random();
        backend().create(volume, GIB, NOTHING);
        backend().snapshot(snapshot, volume);
        backend().snapshot(snapshot, volume);
        backend().copy(copy, snapshot);
        backend().delete(volume);
        backend().create(clone, GIB, Optional.of(snapshot));
        backend().delete(snapshot);
        backend().delete(snapshot);
        assertTrue(backend().exists(clone));
        backend().snapshot(SnapshotId.random(), clone);
        assertThrows(
                NoSuchSnapshotException.class, () -> backend().create(VolumeId.random(), GIB, Optional.of(snapshot)));
        backend().create(VolumeId.random(), 2 * GIB, Optional.of(copy));
    }

    @Test
    void aVolumeIsNotSmallerThanItsSnapshot() throws IOException {
        var volume = VolumeId.random();
        var snapshot = SnapshotId.random();
        backend().create(volume, 2 * GIB, NOTHING);
        backend().snapshot(snapshot, volume);
        assertThrows(
                NoSuchSnapshotException.class, () -> backend().create(VolumeId.random(), GIB, Optional.of(snapshot)));
    }

    @Test
    void whatIsNotThereHasNoSnapshot() {
        assertThrows(NoSuchVolumeException.class, () -> backend().snapshot(SnapshotId.random(), VolumeId.random()));
    }
}
