package io.coppice.policy;

import java.util.Arrays;

/**
 * A pattern of literal characters, {@code *} (any characters, also none) and {@code ?} (exactly one). Matching takes time
 * in proportion to pattern times text at worst, never more. Immutable.
 */
final class Wildcards {
    /** Stands for {@code *}; no character has this number. */
    static final int ANY = -1;
    /** Stands for {@code ?}. */
    static final int ONE = -2;

    private final int[] pattern;
    private final Shape shape;
    private final String literal;

    /** @param pattern code points, {@link #ANY} and {@link #ONE} */
    Wildcards(int[] pattern) {
        this.pattern = collapse(pattern);
        this.shape = shape(this.pattern);
        this.literal = shape == Shape.GENERAL ? "" : literal(this.pattern, shape);
    }

    /** Reads a text in which every star and question mark is a wildcard. */
    static Wildcards of(String text) {
        return new Wildcards(codes(text));
    }

    /** The text's characters, with stars and question marks as wildcards. */
    static int[] codes(String text) {
        return text.codePoints()
                .map(each -> each == '*' ? ANY : each == '?' ? ONE : each)
                .toArray();
    }

    /** Whether it is a bare star. */
    boolean matchesEverything() {
        return shape == Shape.EVERYTHING;
    }

    boolean matches(String text) {
        return switch (shape) {
            case EVERYTHING -> true;
            case EXACT -> text.equals(literal);
            case PREFIX -> text.startsWith(literal);
            case GENERAL -> matches(text.codePoints().toArray());
        };
    }

    /** Goes on greedily and, where that fails, lets the last star take one character more: no recursion. */
    private boolean matches(int[] text) {
        var at = 0;
        var next = 0;
        var star = -1;
        var starAt = 0;
        while (at < text.length) {
            if (next < pattern.length && (pattern[next] == ONE || pattern[next] == text[at])) {
                at++;
                next++;
            } else if (next < pattern.length && pattern[next] == ANY) {
                star = next++;
                starAt = at;
            } else if (star >= 0) {
                next = star + 1;
                at = ++starAt;
            } else {
                return false;
            }
        }
        while (next < pattern.length && pattern[next] == ANY) {
            next++;
        }
        return next == pattern.length;
    }

    private static int[] collapse(int[] codes) {
        var kept = new int[codes.length];
        var size = 0;
        for (var code : codes) {
            if (code != ANY || size == 0 || kept[size - 1] != ANY) {
                kept[size++] = code;
            }
        }
        return Arrays.copyOf(kept, size);
    }

    private static Shape shape(int[] pattern) {
        var wild = Arrays.stream(pattern).filter(each -> each < 0).count();
        if (wild == 0) {
            return Shape.EXACT;
        }
        if (wild == 1 && pattern[pattern.length - 1] == ANY) {
            return pattern.length == 1 ? Shape.EVERYTHING : Shape.PREFIX;
        }
        return Shape.GENERAL;
    }

    private static String literal(int[] pattern, Shape shape) {
        return new String(pattern, 0, shape == Shape.EXACT ? pattern.length : pattern.length - 1);
    }

    private enum Shape {
        EVERYTHING,
        EXACT,
        PREFIX,
        GENERAL
    }
}
