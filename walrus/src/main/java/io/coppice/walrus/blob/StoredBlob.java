package io.coppice.walrus.blob;

import java.util.Optional;

/**
 * Bytes that are about to get a row: a blob that is wholly and durably in the store, or a few bytes that are to lie in
 * the row itself.
 *
 * @param id its name in the store; names nothing where there is content
 * @param sizeBytes how many bytes it has, 0 or more
 * @param crc32c of the bytes as they lie in the store, unsigned; empty where nothing lies there
 * @param content the bytes, where they are not in the store; nobody changes the array
 */
public record StoredBlob(BlobId id, long sizeBytes, Optional<Long> crc32c, Optional<byte[]> content) {
    /** A blob in the store. */
    public StoredBlob(BlobId id, long sizeBytes, long crc32c) {
        this(id, sizeBytes, Optional.of(crc32c), Optional.empty());
    }

    /** A blob whose store keeps no checksum of it. */
    public StoredBlob(BlobId id, long sizeBytes) {
        this(id, sizeBytes, Optional.empty(), Optional.empty());
    }
}
