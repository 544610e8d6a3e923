package io.coppice.ebs.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.id.VolumeId;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** If this failed for a backend, the worker could not repeat what a crash cut off, or room would be promised twice. */
abstract class VolumeBackendContract {
    private static final long GIB = 1L << 30;

    /** A backend that holds nothing, always the same one within a test. */
    abstract VolumeBackend backend() throws IOException;

    @Test
    void aVolumeIsMadeOnceAndRemovedOnce() throws IOException {
        var id = VolumeId.random();
        var before = backend().capacity().freeBytes();
        backend().create(id, GIB);
        backend().create(id, GIB);
        assertTrue(backend().exists(id));
        assertEquals(before - GIB, backend().capacity().freeBytes());
        backend().delete(id);
        backend().delete(id);
        assertFalse(backend().exists(id));
        assertEquals(before, backend().capacity().freeBytes());
    }

    @Test
    void aVolumeOfAnotherSizeIsNotReplaced() throws IOException {
        var id = VolumeId.random();
        backend().create(id, GIB);
        assertThrows(VolumeConflictException.class, () -> backend().create(id, 2 * GIB));
        assertTrue(backend().exists(id));
    }

    @Test
    void moreThanThereIsIsNotPromised() throws IOException {
        var id = VolumeId.random();
        var tooMuch = backend().capacity().freeBytes() + GIB;
        assertThrows(NoCapacityException.class, () -> backend().create(id, tooMuch));
        assertFalse(backend().exists(id));
    }

    @Test
    void whatAVolumeTakesIsKnown() throws IOException {
        var id = VolumeId.random();
        backend().create(id, GIB);
        var allocated = backend().allocatedBytes(List.of(id, VolumeId.random()));
        assertEquals(1, allocated.size());
        assertTrue(allocated.getOrDefault(id, -1L) >= 0 && allocated.getOrDefault(id, GIB) < GIB);
    }
}
