package io.coppice.wire.sign;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A secret access key as the signatures before version 4 use it: as it is. Secret, never in a log. Immutable. */
public final class LegacyKey {
    private final byte[] secret;

    private LegacyKey(byte[] secret) {
        this.secret = secret.clone();
    }

    /** Wraps a secret access key. */
    public static LegacyKey of(String secret) {
        return new LegacyKey(secret.getBytes(StandardCharsets.UTF_8));
    }

    /** Whether a base64 signature is this key's over the text. Takes the same time wherever the two differ. */
    public boolean signed(String algorithm, String text, String signature) {
        try {
            var mac = Mac.getInstance(algorithm);
            mac.init(new SecretKeySpec(secret, algorithm));
            var expected = Base64.getEncoder().encode(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
            return MessageDigest.isEqual(expected, signature.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(algorithm + " is in every JDK", e);
        }
    }

    @Override
    public String toString() {
        return "LegacyKey[secret]";
    }
}
