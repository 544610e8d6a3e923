package io.coppice.policy;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntPredicate;

/** How a request's value is compared with a policy's. What is no value of the type compares with nothing. */
enum Comparison {
    STRING {
        @Override
        boolean test(String actual, String expected) {
            return actual.equals(expected);
        }
    },
    STRING_IGNORING_CASE {
        @Override
        boolean test(String actual, String expected) {
            return actual.toLowerCase(Locale.ROOT).equals(expected.toLowerCase(Locale.ROOT));
        }
    },
    PATTERN {
        @Override
        boolean test(String actual, PatternText expected, Evaluation evaluation) {
            return expected.pattern(evaluation)
                    .filter(pattern -> pattern.matches(actual))
                    .isPresent();
        }
    },
    NUMBER_EQUAL(sign -> sign == 0, ConditionValues::number),
    NUMBER_LESS(sign -> sign < 0, ConditionValues::number),
    NUMBER_LESS_OR_EQUAL(sign -> sign <= 0, ConditionValues::number),
    NUMBER_GREATER(sign -> sign > 0, ConditionValues::number),
    NUMBER_GREATER_OR_EQUAL(sign -> sign >= 0, ConditionValues::number),
    DATE_EQUAL(sign -> sign == 0, ConditionValues::date),
    DATE_LESS(sign -> sign < 0, ConditionValues::date),
    DATE_LESS_OR_EQUAL(sign -> sign <= 0, ConditionValues::date),
    DATE_GREATER(sign -> sign > 0, ConditionValues::date),
    DATE_GREATER_OR_EQUAL(sign -> sign >= 0, ConditionValues::date),
    BOOLEAN(sign -> sign == 0, ConditionValues::bool),
    BINARY {
        @Override
        boolean test(String actual, String expected) {
            var left = ConditionValues.binary(actual);
            var right = ConditionValues.binary(expected);
            return left.isPresent() && right.isPresent() && Arrays.equals(left.get(), right.get());
        }

        @Override
        boolean understands(String expected) {
            return ConditionValues.binary(expected).isPresent();
        }
    },
    ADDRESS {
        @Override
        boolean test(String actual, String expected) {
            return AddressRange.parse(expected)
                    .filter(range -> range.contains(actual))
                    .isPresent();
        }

        @Override
        boolean understands(String expected) {
            return AddressRange.parse(expected).isPresent();
        }
    },
    ARN {
        @Override
        boolean test(String actual, PatternText expected, Evaluation evaluation) {
            return ConditionValues.arnLike(actual, expected, evaluation);
        }
    };

    private final IntPredicate order;
    private final Reader<?> reader;

    Comparison() {
        this(sign -> false, any -> Optional.<String>empty());
    }

    <T extends Comparable<T>> Comparison(IntPredicate order, Reader<T> reader) {
        this.order = order;
        this.reader = reader;
    }

    boolean test(String actual, PatternText expected, Evaluation evaluation) {
        return expected.text(evaluation).filter(text -> test(actual, text)).isPresent();
    }

    boolean test(String actual, String expected) {
        return ordered(reader, actual, expected);
    }

    boolean understands(String expected) {
        return switch (this) {
            case STRING, STRING_IGNORING_CASE, PATTERN, ARN -> true;
            default -> reader.read(expected).isPresent();
        };
    }

    private <T extends Comparable<T>> boolean ordered(Reader<T> values, String actual, String expected) {
        var left = values.read(actual);
        var right = values.read(expected);
        return left.isPresent() && right.isPresent() && order.test(left.get().compareTo(right.get()));
    }

    /** Reads a value of a type; empty when the text is none. */
    @FunctionalInterface
    private interface Reader<T extends Comparable<T>> {
        Optional<T> read(String text);
    }
}
