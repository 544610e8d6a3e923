package io.coppice.cloud.query;

import java.util.Optional;

/**
 * A filter value of the EC2 API: {@code *} stands for any run of characters, {@code ?} for one, and a backslash takes the
 * meaning from the character after it. Case matters. Never a regular expression, so no value can make matching slow.
 */
public final class Glob {
    private static final char ANY_RUN = '*';
    private static final char ANY_ONE = '?';
    private static final char ESCAPE = '\\';

    private final char[] pattern;
    private final boolean[] literal;
    private final boolean exact;

    /** The pattern of this text. */
    public Glob(String text) {
        var characters = new StringBuilder();
        var literals = new boolean[text.length()];
        var wild = false;
        for (var i = 0; i < text.length(); i++) {
            var escaped = text.charAt(i) == ESCAPE && i + 1 < text.length();
            var c = escaped ? text.charAt(++i) : text.charAt(i);
            literals[characters.length()] = escaped || (c != ANY_RUN && c != ANY_ONE);
            wild |= !literals[characters.length()];
            characters.append(c);
        }
        pattern = characters.toString().toCharArray();
        literal = literals;
        exact = !wild;
    }

    /** The one text that matches, when there is only one. */
    Optional<String> exactText() {
        return exact ? Optional.of(new String(pattern)) : Optional.empty();
    }

    /** Greedy matching that goes back to the last star only: at most pattern × text steps. */
    public boolean matches(String text) {
        var at = 0;
        var next = 0;
        var lastStar = -1;
        var resume = 0;
        while (at < text.length()) {
            if (next < pattern.length && accepts(next, text.charAt(at))) {
                at++;
                next++;
            } else if (isStar(next)) {
                lastStar = next++;
                resume = at;
            } else if (lastStar >= 0) {
                next = lastStar + 1;
                at = ++resume;
            } else {
                return false;
            }
        }
        while (isStar(next)) {
            next++;
        }
        return next == pattern.length;
    }

    private boolean accepts(int index, char c) {
        return literal[index] ? pattern[index] == c : pattern[index] == ANY_ONE;
    }

    private boolean isStar(int index) {
        return index < pattern.length && !literal[index] && pattern[index] == ANY_RUN;
    }
}
