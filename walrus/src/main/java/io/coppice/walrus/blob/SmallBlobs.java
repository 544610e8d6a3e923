package io.coppice.walrus.blob;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * Holds what is short in memory, so that its row can take it, and hands everything else to a store. What is held becomes
 * durable with its row, not before. Thread-safe.
 */
public final class SmallBlobs implements BlobOpener {
    private final BlobStore store;
    private final int maxBytes;

    /**
     * Hands to {@code store} what is longer than {@code maxBytes}.
     *
     * @param maxBytes 0 or less: nothing is held
     */
    public SmallBlobs(BlobStore store, int maxBytes) {
        this.store = store;
        this.maxBytes = maxBytes;
    }

    @Override
    public BlobWriter begin(long expectedBytes) throws IOException {
        if (maxBytes <= 0 || expectedBytes < 0 || expectedBytes > maxBytes) {
            return store.begin(expectedBytes);
        }
        // The database lies on the same disk as a rule: what the store keeps free is for it.
        if (store.freeBytes() < Math.max(1, expectedBytes)) {
            throw new InsufficientSpaceException("no room for " + expectedBytes + " bytes in the database");
        }
        return new Held((int) expectedBytes);
    }

    private static final class Held implements BlobWriter {
        private final ByteBuffer bytes;

        private Held(int length) {
            this.bytes = ByteBuffer.allocate(length);
        }

        @Override
        public void write(ByteBuffer more) throws IOException {
            if (more.remaining() > bytes.remaining()) {
                throw new IOException("more bytes came than were told");
            }
            bytes.put(more);
        }

        @Override
        public StoredBlob commit() {
            var content =
                    bytes.hasRemaining() ? java.util.Arrays.copyOf(bytes.array(), bytes.position()) : bytes.array();
            return new StoredBlob(BlobId.random(), content.length, Optional.empty(), Optional.of(content));
        }

        @Override
        public void close() {
            // Memory needs no giving back.
        }
    }
}
