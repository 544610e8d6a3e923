package io.coppice.walrus.metadata;

import io.coppice.walrus.blob.BlobId;
import java.time.Instant;
import java.util.Optional;

/**
 * A part of an upload.
 *
 * @param number 1 to 10,000
 * @param blob its bytes
 * @param sizeBytes how many they are
 * @param etag MD5 in hexadecimal
 * @param checksum Base64, in the upload's algorithm
 * @param nonce where its key stream begins, Base64, when it is encrypted
 * @param modifiedAt when it came
 */
public record UploadedPart(
        int number,
        BlobId blob,
        long sizeBytes,
        String etag,
        Optional<String> checksum,
        Optional<String> nonce,
        Instant modifiedAt) {
    /** The part as bytes of an object. */
    public Segment asSegment() {
        return new Segment(number, blob, sizeBytes, checksum, nonce);
    }
}
