package io.coppice.policy;

import java.util.List;

/** {@code Action} or {@code NotAction}. */
record ActionElement(boolean negated, List<Wildcards> patterns) {
    /** @param action in lower case */
    boolean matches(String action) {
        for (var pattern : patterns) {
            if (pattern.matches(action)) {
                return !negated;
            }
        }
        return negated;
    }

    /** Whether it names every action there is. */
    boolean everything() {
        return !negated && patterns.stream().anyMatch(Wildcards::matchesEverything);
    }
}
