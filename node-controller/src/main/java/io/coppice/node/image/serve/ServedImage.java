package io.coppice.node.image.serve;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;

/** What guests read of an image: its bytes, as soon as they are here. Thread-safe. */
final class ServedImage {
    /**
     * After this a read fails, and the guest is stopped until it tries again: a guest that is stopped can be looked at,
     * and told to end, while one that waits for a read seems to hang.
     */
    private static final Duration DEMAND_LIMIT = Duration.ofSeconds(10);

    private static final long SECTOR_BYTES = 512;

    private final Blocks blocks;
    private final Fetches fetches;
    private final String export;
    private volatile boolean refused;

    ServedImage(Blocks blocks, Fetches fetches, String export) {
        this.blocks = blocks;
        this.fetches = fetches;
        this.export = export;
    }

    String export() {
        return export;
    }

    /**
     * In whole sectors, as QEMU has files: zeros follow the last byte. QEMU 7.2 waits for ever for the rest of a sector that
     * a server without structured replies rightly does not send (nbd_client_co_preadv in block/nbd.c).
     */
    long sizeBytes() {
        return Math.ceilDiv(blocks.sizeBytes(), SECTOR_BYTES) * SECTOR_BYTES;
    }

    /** From now on nothing can be read. */
    void refuse() {
        refused = true;
    }

    /** Waits for the bytes of this range; false when they do not come for now, or are not to be read. */
    boolean isReadable(long offset, int length) throws InterruptedException {
        var first = (int) (offset / Blocks.BLOCK_BYTES);
        var last = (int) ((Math.min(offset + length, blocks.sizeBytes()) - 1) / Blocks.BLOCK_BYTES);
        try {
            if (!refused && first <= last) {
                fetches.demand(first, last - first + 1, DEMAND_LIMIT);
            }
            return !refused;
        } catch (IOException e) {
            // Why it does not come is told by Standing; the client only hears that it cannot read.
            return false;
        }
    }

    void read(ByteBuffer buffer, long position) throws IOException {
        var end = buffer.limit();
        var present = Math.clamp(blocks.sizeBytes() - position, 0, end);
        buffer.limit(present);
        blocks.read(buffer, position);
        buffer.limit(end);
        while (buffer.hasRemaining()) {
            buffer.put((byte) 0);
        }
    }
}
