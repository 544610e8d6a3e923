package io.coppice.policy;

import java.util.List;
import java.util.Set;

/**
 * One key of one operator in a {@code Condition} block. Values are alternatives; several conditions must all hold.
 *
 * @param ifExists whether it holds for requests that have no such key
 * @param key in lower case
 */
record Condition(
        ConditionOperator operator, Quantifier quantifier, boolean ifExists, String key, List<PatternText> values) {
    private static final Set<String> CALLER_KEYS = Set.of(
            "aws:sourceip",
            "aws:sourcearn",
            "aws:sourcevpc",
            "aws:sourcevpce",
            "aws:sourceaccount",
            "aws:sourceowner",
            "aws:principalaccount",
            "aws:principalarn",
            "aws:principalorgid",
            "aws:principalorgpaths",
            "aws:userid");

    boolean holds(Evaluation evaluation) {
        var actual = evaluation.values(key);
        if (operator == ConditionOperator.NULL) {
            return values.stream()
                    .flatMap(value -> value.text(evaluation).stream())
                    .anyMatch(value -> Boolean.parseBoolean(value) == actual.isEmpty());
        }
        if (actual.isEmpty()) {
            return ifExists || holdsWithoutKey();
        }
        return switch (quantifier) {
            case ALL_VALUES -> actual.stream().allMatch(each -> accepts(each, evaluation));
            case ANY_VALUE -> actual.stream().anyMatch(each -> accepts(each, evaluation));
            // Of a key with several values, where one is expected: any may match, and for "not" none may.
            case NONE ->
                operator.negated()
                        ? actual.stream().allMatch(each -> accepts(each, evaluation))
                        : actual.stream().anyMatch(each -> accepts(each, evaluation));
        };
    }

    private boolean holdsWithoutKey() {
        return switch (quantifier) {
            case ALL_VALUES -> true;
            case ANY_VALUE -> false;
            case NONE -> operator.negated();
        };
    }

    private boolean accepts(String actual, Evaluation evaluation) {
        for (var value : values) {
            if (operator.compares(actual, value, evaluation)) {
                return !operator.negated();
            }
        }
        return operator.negated();
    }

    /** Whether it leaves only callers of fixed networks, accounts or resources. */
    boolean narrowsCallers() {
        return !operator.negated() && !ifExists && CALLER_KEYS.contains(key);
    }

    void collectKeys(Set<String> keys) {
        keys.add(key);
        values.forEach(value -> value.collectKeys(keys));
    }

    /** What stands before the operator for keys with several values. */
    enum Quantifier {
        NONE,
        ALL_VALUES,
        ANY_VALUE
    }
}
