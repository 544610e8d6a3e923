package io.coppice.ebs.copy;

import java.time.Instant;
import java.util.List;

/**
 * Leave to keep objects in a bucket.
 *
 * @param bucket the only one that these credentials write to
 * @param readable further ones that they may read
 * @param expiresAt when they end
 */
public record StorePermit(
        String bucket,
        List<String> readable,
        String accessKeyId,
        String secretAccessKey,
        String sessionToken,
        Instant expiresAt) {
    public StorePermit {
        readable = List.copyOf(readable);
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
