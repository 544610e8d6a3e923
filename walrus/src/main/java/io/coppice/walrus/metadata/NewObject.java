package io.coppice.walrus.metadata;

import java.util.List;
import java.util.Optional;

/**
 * An object that is about to be put; its bytes are already durable, or lie in its row.
 *
 * @param etag without quotation marks
 * @param headers what reads give back
 * @param checksum what the client asked to be kept
 * @param partCount 0 when it was put in one request
 * @param segments its bytes in order
 * @param traits owner, tags and the like
 * @param uploadId of the multipart upload that it was
 */
public record NewObject(
        String etag,
        StoredHeaders headers,
        Optional<StoredChecksum> checksum,
        int partCount,
        List<Segment> segments,
        ObjectTraits traits,
        Optional<String> uploadId) {
    public NewObject {
        segments = List.copyOf(segments);
        if (segments.size() > 1
                && segments.stream().anyMatch(each -> each.content().isPresent())) {
            throw new IllegalArgumentException("what lies in a row is the whole object");
        }
    }

    /** The whole object, when its bytes are to lie in its row. */
    public Optional<Segment> inRow() {
        return segments.stream().filter(each -> each.content().isPresent()).findFirst();
    }

    /** Length of the whole object. */
    public long sizeBytes() {
        return segments.stream().mapToLong(Segment::sizeBytes).sum();
    }
}
