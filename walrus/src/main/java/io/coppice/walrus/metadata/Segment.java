package io.coppice.walrus.metadata;

import io.coppice.walrus.blob.BlobId;
import io.coppice.walrus.blob.BlobStore;
import io.coppice.walrus.blob.StoredBlob;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A stretch of an object's bytes: one whole blob, or all the bytes of a small object, which lie in its row.
 *
 * @param partNumber the part of the upload it was, 1 to 10,000; 1 for an object put in one request
 * @param blob where the bytes are; names nothing where there is content
 * @param sizeBytes how many they are
 * @param nonce where its key stream begins, Base64, when it is encrypted
 * @param checksum the part's own checksum, Base64, when it was given
 * @param content the bytes themselves, of an object that lies in its row; nobody changes the array
 */
public record Segment(
        int partNumber,
        BlobId blob,
        long sizeBytes,
        Optional<String> checksum,
        Optional<String> nonce,
        Optional<byte[]> content) {
    private static final BlobId NOWHERE = new BlobId(new UUID(0, 0));
    private static final byte[] NOT_READ = {};

    /** One that lies in a blob. */
    public Segment(int partNumber, BlobId blob, long sizeBytes, Optional<String> checksum, Optional<String> nonce) {
        this(partNumber, blob, sizeBytes, checksum, nonce, Optional.empty());
    }

    /** All of an object that was put in one request. */
    public static Segment whole(StoredBlob stored, Optional<String> nonce) {
        return new Segment(1, stored.id(), stored.sizeBytes(), Optional.empty(), nonce, stored.content());
    }

    /** All of an object whose bytes lie in its row. */
    static Segment inRow(byte[] content, Optional<String> nonce) {
        return new Segment(1, NOWHERE, content.length, Optional.empty(), nonce, Optional.of(content));
    }

    /** As the other one, where the bytes themselves may not have been asked for. */
    static Segment inRow(byte @Nullable [] content, long sizeBytes, Optional<String> nonce) {
        return new Segment(
                1, NOWHERE, sizeBytes, Optional.empty(), nonce, Optional.of(content == null ? NOT_READ : content));
    }

    /** The blobs among them. */
    public static List<BlobId> blobs(Collection<Segment> segments) {
        return segments.stream()
                .filter(segment -> segment.content().isEmpty())
                .map(Segment::blob)
                .toList();
    }

    /** As {@link BlobStore#open}, wherever the bytes lie. */
    public ReadableByteChannel open(BlobStore store, long offset, long lengthBytes) throws IOException {
        return content.isPresent()
                ? Channels.newChannel(
                        new ByteArrayInputStream(content.get(), Math.toIntExact(offset), Math.toIntExact(lengthBytes)))
                : store.open(blob, offset, lengthBytes);
    }
}
