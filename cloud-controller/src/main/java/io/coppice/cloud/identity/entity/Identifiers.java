package io.coppice.cloud.identity.entity;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;

/** New ids and secrets in the forms that AWS gives them (IAM User Guide, "IAM identifiers"). */
public final class Identifiers {
    private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int KEY_CHARACTERS = 16;
    private static final int UNIQUE_CHARACTERS = 17;
    private static final int SECRET_BYTES = 30;
    private static final int CANONICAL_BYTES = 32;
    private static final long LOWEST_ACCOUNT = 100_000_000_000L;
    private static final long HIGHEST_ACCOUNT = 1_000_000_000_000L;
    private static final SecureRandom RANDOM = new SecureRandom();

    private Identifiers() {}

    /** {@code AKIA} and 16 characters. */
    public static String accessKeyId() {
        return "AKIA" + base32(KEY_CHARACTERS);
    }

    /** 40 characters. */
    public static String secret() {
        return Base64.getEncoder().encodeToString(bytes(SECRET_BYTES));
    }

    /** A prefix that tells the kind (IAM User Guide, "Unique identifiers") and 17 characters. */
    public static String unique(String prefix) {
        return prefix + base32(UNIQUE_CHARACTERS);
    }

    /** Twelve digits that do not begin with a zero, so that nothing that takes them for a number loses one. */
    public static String accountId() {
        return Long.toString(RANDOM.nextLong(LOWEST_ACCOUNT, HIGHEST_ACCOUNT));
    }

    /** 64 hexadecimal digits. */
    public static String canonicalId() {
        return HexFormat.of().formatHex(bytes(CANONICAL_BYTES));
    }

    private static String base32(int length) {
        return RANDOM.ints(length, 0, BASE32.length())
                .collect(StringBuilder::new, (text, i) -> text.append(BASE32.charAt(i)), StringBuilder::append)
                .toString();
    }

    private static byte[] bytes(int length) {
        var bytes = new byte[length];
        RANDOM.nextBytes(bytes);
        return bytes;
    }
}
