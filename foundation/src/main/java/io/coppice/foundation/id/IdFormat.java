package io.coppice.foundation.id;

import java.security.SecureRandom;
import java.util.HexFormat;

/** The one rule for the form of resource ids. */
final class IdFormat {
    private static final int DIGITS = 17;
    private static final int OLD_DIGITS = 8;
    private static final SecureRandom RANDOM = new SecureRandom();

    private IdFormat() {}

    static String random(String prefix) {
        var bytes = new byte[DIGITS / 2 + 1];
        RANDOM.nextBytes(bytes);
        return prefix + HexFormat.of().formatHex(bytes).substring(0, DIGITS);
    }

    static void check(String prefix, String text) {
        var digits = text.length() - prefix.length();
        if (!text.startsWith(prefix)
                || (digits != DIGITS && digits != OLD_DIGITS)
                || !text.chars().skip(prefix.length()).allMatch(IdFormat::isLowerHex)) {
            throw new MalformedIdException(text, prefix + " and " + DIGITS + " hexadecimal digits");
        }
    }

    private static boolean isLowerHex(int c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    }
}
