package io.coppice.cloud.identity.session;

import java.time.Instant;

/**
 * Credentials of a session, as their owner gets them.
 *
 * @param accessKeyId {@code ASIA…}
 * @param issuedAt whole seconds
 * @param expiresAt whole seconds
 * @param packedPercent how much of the room for policies and tags the session takes
 */
public record TemporaryCredentials(
        String accessKeyId,
        String secretAccessKey,
        String sessionToken,
        Instant issuedAt,
        Instant expiresAt,
        int packedPercent) {
    /** Without the secrets. */
    @Override
    public String toString() {
        return "TemporaryCredentials[" + accessKeyId + " until " + expiresAt + "]";
    }
}
