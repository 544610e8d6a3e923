package io.coppice.node.image.serve;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.BitSet;

/** How far an image has arrived, for whom the process that serves it does not know: its map is written every few seconds. */
public final class ArrivedBlocks {
    private ArrivedBlocks() {}

    /** Where the bytes end that are here from {@code from} on; {@code from} when that one is not. */
    public static long reach(ArrivalFolder folder, Order order, long from) throws IOException {
        if (Files.exists(order.target())) {
            return order.sizeBytes();
        }
        try {
            var here = BitSet.valueOf(Files.readAllBytes(folder.map()));
            var missing = here.nextClearBit((int) (from / Blocks.BLOCK_BYTES));
            return Math.clamp((long) missing * Blocks.BLOCK_BYTES, from, order.sizeBytes());
        } catch (NoSuchFileException e) {
            return from;
        }
    }
}
