package io.coppice.ebs.layer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.ebs.key.DiskKey;
import java.io.IOException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** If this failed, more or less than there is would be promised to new volumes after a start, or a full disk not fit its image. */
class EmptyDiskTest {
    private static final long GIB = 1L << 30;
    private static final long CLUSTER = 64 << 10;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 15, 16, 500, 3840, 4096, 16_383, 65_536})
    void theRoomOfADiskTellsItsSizeAndIsNoSizeOfADisk(long gib) throws IOException {
        var size = gib * GIB;
        var room = EmptyDisk.roomBytes(size);
        assertEquals(size, EmptyDisk.sizeBytes(room));
        assertNotEquals(0, room % GIB);
        var begin = EmptyDisk.encrypted(size, DiskKey.random()).length;
        assertTrue(begin <= 4 << 20);
        // An L2 entry and a reference count for each cluster, tables among them.
        var tables = Math.ceilDiv(room, CLUSTER) * (Long.BYTES + Short.BYTES);
        assertTrue(begin + size + tables <= room);
    }
}
