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

    long sizeBytes() {
        return blocks.sizeBytes();
    }

    /** From now on nothing can be read. */
    void refuse() {
        refused = true;
    }

    /** Waits for the bytes of this range; false when they do not come for now, or are not to be read. */
    boolean isReadable(long offset, int length) throws InterruptedException {
        var first = (int) (offset / Blocks.BLOCK_BYTES);
        var last = (int) ((offset + length - 1) / Blocks.BLOCK_BYTES);
        try {
            if (!refused) {
                fetches.demand(first, last - first + 1, DEMAND_LIMIT);
            }
            return !refused;
        } catch (IOException e) {
            // Why it does not come is told by Standing; the client only hears that it cannot read.
            return false;
        }
    }

    void read(ByteBuffer buffer, long position) throws IOException {
        blocks.read(buffer, position);
    }
}
