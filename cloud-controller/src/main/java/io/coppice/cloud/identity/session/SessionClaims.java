package io.coppice.cloud.identity.session;

import java.time.Instant;

/**
 * The content of a session token.
 *
 * @param issuedAt whole seconds
 * @param expiresAt whole seconds
 */
record SessionClaims(SessionGrant grant, String secret, Instant issuedAt, Instant expiresAt) {
    /** Without the secret. */
    @Override
    public String toString() {
        return "SessionClaims[" + grant.principalId() + " " + grant.name() + " until " + expiresAt + "]";
    }
}
