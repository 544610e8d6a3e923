package io.coppice.walrus.metadata;

import java.util.Optional;

/**
 * A stretch of keys in the order of their UTF-8 bytes.
 *
 * @param from where it begins
 * @param fromInclusive whether {@code from} itself belongs to it
 * @param until where it ends, itself not included; empty for no end
 */
public record KeyRange(String from, boolean fromInclusive, Optional<String> until) {
    /** All keys that begin with {@code prefix}. */
    public static KeyRange ofPrefix(String prefix) {
        return new KeyRange(prefix, true, afterPrefix(prefix));
    }

    /** What is left of it after {@code key}. */
    public KeyRange after(String key) {
        return compare(key, from) < 0 ? this : new KeyRange(key, false, until);
    }

    /** What is left of it after all keys that begin with {@code prefix}; empty when that is nothing. */
    public Optional<KeyRange> afterAll(String prefix) {
        return afterPrefix(prefix).map(next -> compare(next, from) < 0 ? this : new KeyRange(next, true, until));
    }

    /** The least text that is greater than all that begin with {@code prefix}; empty when there is none. */
    static Optional<String> afterPrefix(String prefix) {
        var end = prefix.length();
        while (end > 0) {
            var last = prefix.codePointBefore(end);
            end -= Character.charCount(last);
            if (last < Character.MAX_CODE_POINT) {
                // Surrogates are no characters of their own and cannot stand in UTF-8.
                var next = last + 1 == Character.MIN_SURROGATE ? Character.MAX_SURROGATE + 1 : last + 1;
                return Optional.of(prefix.substring(0, end) + Character.toString(next));
            }
        }
        return Optional.empty();
    }

    /** Compares as UTF-8 bytes do, which is by code point. */
    public static int compare(String one, String other) {
        var i = 0;
        while (i < one.length() && i < other.length()) {
            var a = one.codePointAt(i);
            var b = other.codePointAt(i);
            if (a != b) {
                return Integer.compare(a, b);
            }
            i += Character.charCount(a);
        }
        return Integer.compare(one.length(), other.length());
    }
}
