package io.coppice.walrus.metadata;

import io.coppice.walrus.blob.BlobId;
import java.util.Optional;

/**
 * A stretch of an object's bytes: one whole blob.
 *
 * @param partNumber the part of the upload it was, 1 to 10,000; 1 for an object put in one request
 * @param blob where the bytes are
 * @param sizeBytes how many they are
 * @param nonce where its key stream begins, Base64, when it is encrypted
 * @param checksum the part's own checksum, Base64, when it was given
 */
public record Segment(int partNumber, BlobId blob, long sizeBytes, Optional<String> checksum, Optional<String> nonce) {}
