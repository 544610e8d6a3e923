package io.coppice.ebs.copy;

import java.time.Instant;

/**
 * Leave to keep objects in a bucket.
 *
 * @param bucket the only one that these credentials reach
 * @param expiresAt when they end
 */
public record StorePermit(
        String bucket, String accessKeyId, String secretAccessKey, String sessionToken, Instant expiresAt) {
    public StorePermit {
        if (bucket.isEmpty() || accessKeyId.isEmpty() || secretAccessKey.isEmpty()) {
            throw new IllegalArgumentException("a permit needs a bucket and credentials");
        }
    }

    /** Without the secrets. */
    @Override
    public String toString() {
        return "StorePermit[" + accessKeyId + " for " + bucket + " until " + expiresAt + "]";
    }
}
