package io.coppice.policy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The operators of conditions (IAM User Guide, "IAM JSON policy elements: Condition operators"). A negated operator is the
 * opposite of its twin over all alternatives: {@code StringNotEquals [a, b]} means neither.
 */
enum ConditionOperator {
    STRING_EQUALS("StringEquals", false, Comparison.STRING),
    STRING_NOT_EQUALS("StringNotEquals", true, Comparison.STRING),
    STRING_EQUALS_IGNORE_CASE("StringEqualsIgnoreCase", false, Comparison.STRING_IGNORING_CASE),
    STRING_NOT_EQUALS_IGNORE_CASE("StringNotEqualsIgnoreCase", true, Comparison.STRING_IGNORING_CASE),
    STRING_LIKE("StringLike", false, Comparison.PATTERN),
    STRING_NOT_LIKE("StringNotLike", true, Comparison.PATTERN),
    NUMERIC_EQUALS("NumericEquals", false, Comparison.NUMBER_EQUAL),
    NUMERIC_NOT_EQUALS("NumericNotEquals", true, Comparison.NUMBER_EQUAL),
    NUMERIC_LESS_THAN("NumericLessThan", false, Comparison.NUMBER_LESS),
    NUMERIC_LESS_THAN_EQUALS("NumericLessThanEquals", false, Comparison.NUMBER_LESS_OR_EQUAL),
    NUMERIC_GREATER_THAN("NumericGreaterThan", false, Comparison.NUMBER_GREATER),
    NUMERIC_GREATER_THAN_EQUALS("NumericGreaterThanEquals", false, Comparison.NUMBER_GREATER_OR_EQUAL),
    DATE_EQUALS("DateEquals", false, Comparison.DATE_EQUAL),
    DATE_NOT_EQUALS("DateNotEquals", true, Comparison.DATE_EQUAL),
    DATE_LESS_THAN("DateLessThan", false, Comparison.DATE_LESS),
    DATE_LESS_THAN_EQUALS("DateLessThanEquals", false, Comparison.DATE_LESS_OR_EQUAL),
    DATE_GREATER_THAN("DateGreaterThan", false, Comparison.DATE_GREATER),
    DATE_GREATER_THAN_EQUALS("DateGreaterThanEquals", false, Comparison.DATE_GREATER_OR_EQUAL),
    BOOL("Bool", false, Comparison.BOOLEAN),
    BINARY_EQUALS("BinaryEquals", false, Comparison.BINARY),
    IP_ADDRESS("IpAddress", false, Comparison.ADDRESS),
    NOT_IP_ADDRESS("NotIpAddress", true, Comparison.ADDRESS),
    ARN_EQUALS("ArnEquals", false, Comparison.ARN),
    ARN_NOT_EQUALS("ArnNotEquals", true, Comparison.ARN),
    ARN_LIKE("ArnLike", false, Comparison.ARN),
    ARN_NOT_LIKE("ArnNotLike", true, Comparison.ARN),
    /** Asks whether the key is there at all; see {@link Condition#holds}. */
    NULL("Null", false, Comparison.BOOLEAN);

    private static final Map<String, ConditionOperator> BY_NAME = byName();

    private final String word;
    private final boolean negated;
    private final Comparison comparison;

    ConditionOperator(String word, boolean negated, Comparison comparison) {
        this.word = word;
        this.negated = negated;
        this.comparison = comparison;
    }

    /** By the word in documents, whatever the case of its letters. */
    static Optional<ConditionOperator> named(String word) {
        return Optional.ofNullable(BY_NAME.get(word.toLowerCase(Locale.ROOT)));
    }

    String word() {
        return word;
    }

    boolean negated() {
        return negated;
    }

    /** Compares as the twin that is not negated does. A variable without value compares with nothing. */
    boolean compares(String actual, PatternText expected, Evaluation evaluation) {
        return comparison.test(actual, expected, evaluation);
    }

    /** Whether a text without variables can be compared with at all. */
    boolean understands(String expected) {
        return comparison.understands(expected);
    }

    private static Map<String, ConditionOperator> byName() {
        var found = new HashMap<String, ConditionOperator>();
        Arrays.stream(values()).forEach(each -> found.put(each.word.toLowerCase(Locale.ROOT), each));
        return Map.copyOf(found);
    }
}
