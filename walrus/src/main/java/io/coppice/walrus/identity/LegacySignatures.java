package io.coppice.walrus.identity;

import java.util.Optional;

/** Checks signatures before version 4, for which the secret itself is needed, which Walrus never sees. Thread-safe. */
@FunctionalInterface
public interface LegacySignatures {
    /**
     * Whose signature that is, or why it is nobody's.
     *
     * @param text what was signed with HMAC-SHA1
     * @param signature Base64
     * @param sessionToken as the request brought it
     * @throws IdentityUnavailableException when nobody can tell now
     */
    SigningKeys.Signer check(String accessKeyId, String text, String signature, Optional<String> sessionToken);
}
