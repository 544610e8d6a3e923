package io.coppice.walrus.blob;

import java.io.IOException;
import java.nio.channels.ReadableByteChannel;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Keeps immutable runs of bytes. A blob is there as a whole or not at all: also after a power cut. Which blobs are in
 * use is not this seam's business. Implementations are thread-safe and pass {@code BlobStoreContract}.
 */
public interface BlobStore extends BlobOpener {
    /**
     * Reads a stretch of a blob from {@code offset} on; the channel ends after {@code lengthBytes} bytes. The caller
     * closes it. Throws {@link java.nio.file.NoSuchFileException} when there is no such blob.
     */
    ReadableByteChannel open(BlobId id, long offset, long lengthBytes) throws IOException;

    /** The file that holds exactly this blob's bytes, for zero-copy reads; empty when the store has no such thing. */
    Optional<Path> file(BlobId id);

    /** Removes a blob; false when it was not there. */
    boolean delete(BlobId id) throws IOException;

    /** Shows every blob that was finished before {@code cutoff}, in no order, without holding them all in memory. */
    void scan(Instant cutoff, Consumer<BlobId> visitor) throws IOException;

    /** Removes what unfinished writers from before {@code cutoff} left behind, and tells how many there were. */
    int removeAbandoned(Instant cutoff) throws IOException;

    /** How much can still be written, bytes. */
    long freeBytes() throws IOException;
}
