package io.coppice.wire.sign;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import javax.crypto.Mac;

/** A key that signs within one {@link CredentialScope}; 32 bytes, secret, never in a log. Immutable. */
public final class SigningKey {
    private static final int BYTES = 32;

    private final byte[] key;
    /** Has taken the key in already; never used itself, only its clones. */
    private final Mac keyed;

    private SigningKey(byte[] key) {
        this.key = key.clone();
        this.keyed = SigV4.keyed(key);
    }

    /** Wraps a key that was derived elsewhere; throws {@link IllegalArgumentException} unless it has 32 bytes. */
    public static SigningKey of(byte[] key) {
        if (key.length != BYTES) {
            throw new IllegalArgumentException("a signing key has " + BYTES + " bytes, not " + key.length);
        }
        return new SigningKey(key);
    }

    /** The signature of a text: 64 lower-case hexadecimal digits. */
    public String sign(String stringToSign) {
        try {
            var mac = (Mac) keyed.clone();
            return HexFormat.of().formatHex(mac.doFinal(stringToSign.getBytes(StandardCharsets.UTF_8)));
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("HMAC-SHA256 of the JDK can be cloned", e);
        }
    }

    /** A copy of the key, to be sent to another role of the cloud. */
    public byte[] toBytes() {
        return key.clone();
    }

    @Override
    public String toString() {
        return "SigningKey[secret]";
    }
}
