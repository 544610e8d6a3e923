package io.coppice.walrus.metadata;

import java.time.Instant;
import java.util.Optional;

/**
 * What a list tells of an object: a page has a thousand of them.
 *
 * @param modifiedAt when it was put
 * @param etag without quotation marks
 * @param checksum what the client asked to be kept
 */
public record ListedObject(
        String key,
        Instant modifiedAt,
        String etag,
        long sizeBytes,
        Optional<StoredChecksum> checksum,
        String storageClass,
        BucketOwner owner) {
    /** The same of a row that was read whole. */
    public static ListedObject of(ObjectRow row) {
        var traits = row.traits();
        return new ListedObject(
                row.key(),
                row.modifiedAt(),
                row.etag(),
                row.sizeBytes(),
                row.checksum(),
                traits.storageClass(),
                traits.owner());
    }
}
