package io.coppice.cloud.keypair;

import io.coppice.foundation.id.KeyPairId;
import java.time.Instant;
import java.util.Map;

/**
 * A key pair of an account; the private half is not known.
 *
 * @param type {@code rsa} or {@code ed25519}
 * @param fingerprint by AWS's rules, see {@link KeyMaterial}
 * @param publicKey one line in OpenSSH form
 */
record KeyPair(
        KeyPairId id,
        String name,
        String type,
        String fingerprint,
        String publicKey,
        Instant createdAt,
        Map<String, String> tags) {}
