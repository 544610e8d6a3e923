package io.coppice.cloud.instanceprofile;

import io.coppice.foundation.id.AccountId;
import java.time.Instant;
import java.util.Optional;

/** Makes the credentials that instances find in their metadata. Thread-safe. */
@FunctionalInterface
public interface ProfileCredentials {
    /**
     * New credentials of the role in a profile, for one instance; empty when the profile is gone or has no role.
     *
     * @param profileId {@code AIPA…}
     * @param instanceId becomes the name of the session
     */
    Optional<RoleCredentials> issue(AccountId account, String profileId, String instanceId);

    /**
     * Credentials of a role.
     *
     * @param issuedAt whole seconds
     * @param expiresAt whole seconds
     */
    record RoleCredentials(
            String roleName,
            String accessKeyId,
            String secretAccessKey,
            String sessionToken,
            Instant issuedAt,
            Instant expiresAt) {
        /** Without the secrets. */
        @Override
        public String toString() {
            return "RoleCredentials[" + roleName + " " + accessKeyId + " until " + expiresAt + "]";
        }
    }
}
