package io.coppice.foundation.disk;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.coppice.foundation.disk.ForeignQcow2.Fault;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** If this failed, a disk that a tenant uploads could make the cloud read other files of its machines. */
class ForeignQcow2Test {
    private static final int HEADER_BYTES = 104;
    private static final long SIZE = 1L << 30;

    @Test
    void onlyADiskInOnePieceHasNoFault() {
        assertEquals(Optional.empty(), fault(head -> {}));
        assertEquals(Optional.empty(), fault(head -> head.putInt(4, 2).limit(72)));
        assertEquals(Optional.of(Fault.BACKING_FILE), fault(head -> head.putLong(8, 200)));
        assertEquals(Optional.of(Fault.BACKING_FILE), fault(head -> head.putInt(16, 11)));
        assertEquals(Optional.of(Fault.EXTERNAL_DATA), fault(head -> head.putLong(72, 0b111)));
    }

    @Test
    void whatCannotBeReadIsSaid() {
        assertEquals(Optional.of(Fault.CUT_OFF), fault(head -> head.limit(71)));
        assertEquals(Optional.of(Fault.CUT_OFF), fault(head -> head.limit(103)));
        assertEquals(Optional.of(Fault.UNKNOWN_VERSION), fault(head -> head.putInt(4, 1)));
        assertEquals(Optional.of(Fault.CLUSTER_SIZE), fault(head -> head.putInt(20, 8)));
        assertEquals(Optional.of(Fault.CLUSTER_SIZE), fault(head -> head.putInt(20, 22)));
        assertEquals(Optional.of(Fault.ENCRYPTED), fault(head -> head.putInt(32, 2)));
        assertEquals(Optional.of(Fault.NOT_CLOSED), fault(head -> head.putLong(72, 1)));
        assertEquals(Optional.of(Fault.NOT_CLOSED), fault(head -> head.putLong(72, 2)));
        assertEquals(Optional.of(Fault.UNKNOWN_FEATURES), fault(head -> head.putLong(72, 1L << 40)));
    }

    @Test
    void otherFilesAreNoneOfThese() {
        assertEquals(Optional.empty(), ForeignQcow2.of(ByteBuffer.allocate(HEADER_BYTES)));
        assertEquals(Optional.empty(), ForeignQcow2.of(header().limit(3)));
        assertEquals(SIZE, ForeignQcow2.of(header()).orElseThrow().virtualSizeBytes());
    }

    private static Optional<Fault> fault(Consumer<ByteBuffer> change) {
        var head = header();
        change.accept(head);
        return ForeignQcow2.of(head).orElseThrow().fault();
    }

    private static ByteBuffer header() {
        return ByteBuffer.allocate(HEADER_BYTES)
                .putInt(0, 0x514649fb)
                .putInt(4, 3)
                .putInt(20, 16)
                .putLong(24, SIZE);
    }
}
