package io.coppice.policy;

import java.util.List;
import java.util.Set;

/**
 * {@code Resource} or {@code NotResource}.
 *
 * @param everything whether a bare {@code *} stands among them, which alone matches actions that know no single resource
 */
record ResourceElement(boolean negated, boolean everything, List<ArnPattern> patterns) {
    boolean matches(Evaluation evaluation) {
        return named(evaluation) != negated;
    }

    private boolean named(Evaluation evaluation) {
        if (everything) {
            return true;
        }
        var arn = evaluation.arn();
        return arn.isPresent() && patterns.stream().anyMatch(pattern -> pattern.matches(arn.get(), evaluation));
    }

    boolean matchesEverything() {
        return everything && !negated;
    }

    void collectKeys(Set<String> keys) {
        patterns.forEach(pattern -> pattern.collectKeys(keys));
    }
}
