package io.coppice.cloud.identity.entity;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Optional;

/** New ids and secrets in the forms that AWS gives them (IAM User Guide, "IAM identifiers"). */
public final class Identifiers {
    private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int BASE32_BITS = 5;
    private static final int KEY_CHARACTERS = 16;
    private static final int KEY_ACCOUNT_CHARACTERS = 8;
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

    /**
     * {@code ASIA} and 16 characters, of which the first half tells the account: of temporary keys no row could tell it.
     */
    public static String temporaryKeyId(String accountId) {
        var number = Long.parseLong(accountId);
        var digits = new StringBuilder("ASIA");
        for (var shift = (KEY_ACCOUNT_CHARACTERS - 1) * BASE32_BITS; shift >= 0; shift -= BASE32_BITS) {
            digits.append(BASE32.charAt((int) (number >> shift) & (BASE32.length() - 1)));
        }
        return digits + base32(KEY_CHARACTERS - KEY_ACCOUNT_CHARACTERS);
    }

    /** The account that {@link #temporaryKeyId} wrote into a key; empty when it is none of these. */
    public static Optional<String> accountOfTemporaryKey(String accessKeyId) {
        if (!accessKeyId.startsWith("ASIA") || accessKeyId.length() != "ASIA".length() + KEY_CHARACTERS) {
            return Optional.empty();
        }
        var number = 0L;
        for (var i = 0; i < KEY_ACCOUNT_CHARACTERS; i++) {
            var digit = BASE32.indexOf(accessKeyId.charAt("ASIA".length() + i));
            if (digit < 0) {
                return Optional.empty();
            }
            number = (number << BASE32_BITS) + digit;
        }
        return Optional.of(number)
                .filter(each -> each >= LOWEST_ACCOUNT && each < HIGHEST_ACCOUNT)
                .map(String::valueOf);
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
