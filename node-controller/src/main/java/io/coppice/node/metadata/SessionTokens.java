package io.coppice.node.metadata;

import io.coppice.foundation.id.InstanceId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Session tokens of IMDSv2. A token carries its own end and a seal over it and the instance, so nothing is stored. The key
 * lives as long as the process: after a restart guests are told to ask for a new token, which every client does. Thread-safe.
 */
final class SessionTokens {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int KEY_BYTES = 32;
    private static final int TOKEN_BYTES = Long.BYTES + 32;

    private final Clock clock;
    private final SecretKeySpec key;

    SessionTokens(Clock clock) {
        this.clock = clock;
        var random = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(random);
        this.key = new SecretKeySpec(random, ALGORITHM);
    }

    /** A token for the instance that is good for {@code life}. */
    String issue(InstanceId instance, Duration life) {
        var end = clock.millis() + life.toMillis();
        var token = ByteBuffer.allocate(TOKEN_BYTES).putLong(end).put(seal(instance, end));
        return Base64.getUrlEncoder().encodeToString(token.array());
    }

    /** Whether the token was issued to this instance and is still good. */
    boolean isGood(InstanceId instance, String token) {
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(token);
        } catch (IllegalArgumentException e) {
            return false;
        }
        if (bytes.length != TOKEN_BYTES) {
            return false;
        }
        var buffer = ByteBuffer.wrap(bytes);
        var end = buffer.getLong();
        var seal = new byte[TOKEN_BYTES - Long.BYTES];
        buffer.get(seal);
        return MessageDigest.isEqual(seal, seal(instance, end)) && clock.millis() < end;
    }

    private byte[] seal(InstanceId instance, long end) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            mac.update(instance.value().getBytes(StandardCharsets.US_ASCII));
            return mac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(end).array());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }
}
