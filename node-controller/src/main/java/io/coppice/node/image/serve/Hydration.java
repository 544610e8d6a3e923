package io.coppice.node.image.serve;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Brings all of an image here, from its first block to its last, and tells its hash. Used by one thread. */
final class Hydration {
    private static final Duration KEEP_EVERY = Duration.ofSeconds(2);

    private final Blocks blocks;
    private final Fetches fetches;
    private final Peers peers;

    /** The other hosts that blocks came from. */
    @FunctionalInterface
    interface Peers {
        /** Some of what they gave is wrong: none of them is to be asked again. */
        void drop() throws IOException;
    }

    Hydration(Blocks blocks, Fetches fetches, Peers peers) {
        this.blocks = blocks;
        this.fetches = fetches;
        this.peers = peers;
    }

    /**
     * Returns the SHA-256 of all bytes, in lower-case hexadecimal, read back from the file: what guests read is what is
     * checked. All of it is on the disk then. When it is not the expected one, and other hosts gave some of it, all that they gave is
     * fetched from the store, and the hash is that of what is here then.
     */
    String run(String expected) throws IOException, InterruptedException {
        var found = bringAll();
        if (found.equals(expected) && blocks.prove()) {
            return found;
        }
        if (blocks.forgetUnproven()) {
            System.err.println("other hosts gave wrong bytes: what came from them is fetched from the store");
            peers.drop();
            return bringAll();
        }
        return found;
    }

    private String bringAll() throws IOException, InterruptedException {
        var hash = sha256();
        var piece = ByteBuffer.allocate(Fetches.BLOCKS_AT_ONCE * Blocks.BLOCK_BYTES);
        var kept = System.nanoTime();
        try (var ahead = Executors.newVirtualThreadPerTaskExecutor()) {
            var next = ahead.submit(() -> bring(0));
            for (int first = 0; first < blocks.count(); first += Fetches.BLOCKS_AT_ONCE) {
                var present = next;
                var following = first + Fetches.BLOCKS_AT_ONCE;
                next = ahead.submit(() -> bring(following));
                await(present);
                piece.clear().limit(blocks.length(first, Fetches.BLOCKS_AT_ONCE));
                blocks.read(piece, blocks.offset(first));
                hash.update(piece.flip());
                if (System.nanoTime() - kept > KEEP_EVERY.toNanos()) {
                    blocks.keep();
                    kept = System.nanoTime();
                }
            }
        }
        blocks.keep();
        return HexFormat.of().formatHex(hash.digest());
    }

    private boolean bring(int first) throws IOException, InterruptedException {
        if (first < blocks.count()) {
            fetches.advance(first, Math.min(Fetches.BLOCKS_AT_ONCE, blocks.count() - first));
        }
        return true;
    }

    private static void await(Future<Boolean> present) throws IOException, InterruptedException {
        try {
            present.get();
        } catch (ExecutionException e) {
            throw new IOException("the image cannot be fetched", e);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
