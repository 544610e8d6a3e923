package io.coppice.wire.sign;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Percent encoding as Signature Version 4 wants it: everything but the unreserved characters of RFC 3986, upper-case
 * digits, space as {@code %20}.
 */
final class PercentEncoding {
    private static final boolean[] UNRESERVED = unreserved();
    private static final char[] DIGITS = "0123456789ABCDEF".toCharArray();
    private static final int BYTE = 0xff;
    private static final int LOW_BITS = 0xf;
    private static final int HEX = 16;
    private static final int ESCAPE = 3;

    private PercentEncoding() {}

    static String encode(String text) {
        return encode(text.getBytes(StandardCharsets.UTF_8), false);
    }

    /** As {@link #encode(String)}, with slashes left alone. */
    static String encodePath(byte[] path) {
        return encode(path, true);
    }

    /** The bytes behind a percent-encoded text; a plus sign is a plus sign. */
    static byte[] decode(String text) {
        if (text.indexOf('%') < 0) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        var decoded = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); ) {
            var c = text.codePointAt(i);
            if (c == '%') {
                decoded.write(hexByte(text, i));
                i += ESCAPE;
            } else {
                decoded.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
                i += Character.charCount(c);
            }
        }
        return decoded.toByteArray();
    }

    /** Decodes a part of a query, where a plus sign is a space. */
    static String decodeQuery(String text) {
        return new String(decode(text.replace('+', ' ')), StandardCharsets.UTF_8);
    }

    private static String encode(byte[] bytes, boolean keepSlashes) {
        if (isPlain(bytes, keepSlashes)) {
            return new String(bytes, StandardCharsets.US_ASCII);
        }
        var encoded = new StringBuilder(bytes.length + HEX);
        for (byte b : bytes) {
            if (isPlain(b, keepSlashes)) {
                encoded.append((char) b);
            } else {
                encoded.append('%').append(DIGITS[(b & BYTE) >> 4]).append(DIGITS[b & LOW_BITS]);
            }
        }
        return encoded.toString();
    }

    private static boolean isPlain(byte[] bytes, boolean keepSlashes) {
        for (byte b : bytes) {
            if (!isPlain(b, keepSlashes)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isPlain(byte b, boolean keepSlashes) {
        return b >= 0 && UNRESERVED[b] || keepSlashes && b == '/';
    }

    private static boolean[] unreserved() {
        var unreserved = new boolean[Byte.MAX_VALUE + 1];
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
                .chars()
                .forEach(c -> unreserved[c] = true);
        return unreserved;
    }

    private static int hexByte(String text, int percent) {
        if (percent + 2 < text.length()) {
            var high = Character.digit(text.charAt(percent + 1), HEX);
            var low = Character.digit(text.charAt(percent + 2), HEX);
            if (high >= 0 && low >= 0) {
                return (high << 4) | low;
            }
        }
        throw new IllegalArgumentException("a broken percent escape at character " + percent);
    }
}
