package io.coppice.policy;

import io.coppice.policy.Condition.Quantifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

/** Reads a {@code Condition} block: operator to key to values. */
final class ConditionReader {
    private static final String ALL_VALUES = "forallvalues:";
    private static final String ANY_VALUE = "foranyvalue:";
    private static final String IF_EXISTS = "ifexists";
    private static final Pattern KEY = Pattern.compile("[A-Za-z0-9-]+:.+");

    private final boolean variables;

    ConditionReader(boolean variables) {
        this.variables = variables;
    }

    List<Condition> read(Json json) {
        var conditions = new ArrayList<Condition>();
        members(json).forEach((operator, keys) -> {
            var word = Word.of(operator);
            members(keys).forEach((key, values) -> conditions.add(condition(word, key, values)));
        });
        return List.copyOf(conditions);
    }

    private Condition condition(Word word, String key, Json values) {
        if (!KEY.matcher(key).matches()) {
            throw PolicyReader.malformed("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.");
        }
        var texts = new ArrayList<PatternText>();
        for (var text : values(values)) {
            var variable = variables && text.contains("${");
            if (!variable && !word.operator().understands(text)) {
                throw PolicyReader.malformed("Invalid value \"" + text + "\" for the condition operator "
                        + word.operator().word() + " and the key " + key + ".");
            }
            texts.add(PatternText.parse(text, variables));
        }
        return new Condition(
                word.operator(), word.quantifier(), word.ifExists(), key.toLowerCase(Locale.ROOT), List.copyOf(texts));
    }

    /** Unlike elsewhere numbers and booleans need no quotes here. */
    private static List<String> values(Json json) {
        return json instanceof Json.Items(List<Json> values, SourceRange where)
                ? values.stream().map(ConditionReader::value).toList()
                : List.of(value(json));
    }

    private static String value(Json json) {
        return switch (json) {
            case Json.Text(String value, SourceRange where) -> value;
            case Json.Scalar(String value, SourceRange where) -> value;
            case Json.Items items -> throw PolicyReader.malformed("Syntax errors in policy.");
            case Json.Members members -> throw PolicyReader.malformed("Syntax errors in policy.");
        };
    }

    private static Map<String, Json> members(Json json) {
        if (json instanceof Json.Members(Map<String, Json> values, SourceRange where)) {
            return values;
        }
        throw PolicyReader.malformed("Syntax errors in policy.");
    }

    /** An operator with what may stand before and after it. */
    private record Word(ConditionOperator operator, Quantifier quantifier, boolean ifExists) {
        static Word of(String text) {
            var word = text.toLowerCase(Locale.ROOT);
            var quantifier = Quantifier.NONE;
            if (word.startsWith(ALL_VALUES)) {
                quantifier = Quantifier.ALL_VALUES;
                word = word.substring(ALL_VALUES.length());
            } else if (word.startsWith(ANY_VALUE)) {
                quantifier = Quantifier.ANY_VALUE;
                word = word.substring(ANY_VALUE.length());
            }
            var ifExists = word.endsWith(IF_EXISTS);
            if (ifExists) {
                word = word.substring(0, word.length() - IF_EXISTS.length());
            }
            var operator = ConditionOperator.named(word).orElseThrow(() -> invalid(text));
            if (operator == ConditionOperator.NULL && (ifExists || quantifier != Quantifier.NONE)) {
                throw invalid(text);
            }
            return new Word(operator, quantifier, ifExists);
        }

        private static MalformedPolicyException invalid(String text) {
            return PolicyReader.malformed("Invalid Condition type : " + text + ".");
        }
    }
}
