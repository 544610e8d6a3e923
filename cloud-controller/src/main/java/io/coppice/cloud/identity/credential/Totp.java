package io.coppice.cloud.identity.credential;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** One-time codes by time (RFC 6238 over RFC 4226): HMAC-SHA-1, 30 seconds, 6 digits, as authenticator apps have them. */
final class Totp {
    private static final int STEP_SECONDS = 30;
    private static final int SECRET_BYTES = 40;
    private static final int MODULUS = 1_000_000;
    private static final String ALGORITHM = "HmacSHA1";
    private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int BASE32_BITS = 5;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Totp() {}

    /** A new secret of 320 bits in base 32 (RFC 4648), 64 characters. */
    static String newSecret() {
        var bytes = new byte[SECRET_BYTES];
        RANDOM.nextBytes(bytes);
        var bits = new BigInteger(1, bytes);
        var text = new StringBuilder();
        for (var shift = SECRET_BYTES * Byte.SIZE - BASE32_BITS; shift >= 0; shift -= BASE32_BITS) {
            text.append(BASE32.charAt(bits.shiftRight(shift).intValue() & (BASE32.length() - 1)));
        }
        return text.toString();
    }

    /** The number of the 30 seconds that a moment is in. */
    static long step(Instant moment) {
        return Math.floorDiv(moment.getEpochSecond(), STEP_SECONDS);
    }

    /** The six digits of a step. */
    static String code(String secret, long step) {
        try {
            var mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(decode(secret), ALGORITHM));
            var hash = mac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(step).array());
            var offset = hash[hash.length - 1] & 0xF;
            var number = ByteBuffer.wrap(hash, offset, Integer.BYTES).getInt() & Integer.MAX_VALUE;
            return "%06d".formatted(number % MODULUS);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(ALGORITHM + " is in every JDK", e);
        }
    }

    private static byte[] decode(String secret) {
        var bits = BigInteger.ONE;
        for (var i = 0; i < secret.length(); i++) {
            bits = bits.shiftLeft(BASE32_BITS).or(BigInteger.valueOf(BASE32.indexOf(secret.charAt(i))));
        }
        var bytes = bits.shiftRight(secret.length() * BASE32_BITS % Byte.SIZE).toByteArray();
        // The first byte is the one that keeps leading zeros.
        return Arrays.copyOfRange(bytes, 1, bytes.length);
    }
}
