package io.coppice.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A pattern for ARNs. Wildcards stay within their part between colons, except in the last part, which may itself hold
 * colons; parts left out at the end match everything (IAM User Guide, "Resource"). Immutable.
 */
final class ArnPattern {
    private static final int PARTS = 6;
    private static final PatternText ANYTHING = PatternText.parse("*", false);

    private final List<PatternText> parts;

    private ArnPattern(List<PatternText> parts) {
        this.parts = parts;
    }

    /** Empty when the text is no ARN. */
    static Optional<ArnPattern> parse(String text, boolean variables) {
        var texts = split(text);
        if (texts.size() < 2 || !texts.getFirst().equals("arn")) {
            return Optional.empty();
        }
        var parts = new ArrayList<PatternText>(PARTS);
        texts.forEach(each -> parts.add(PatternText.parse(each, variables)));
        while (parts.size() < PARTS) {
            parts.add(ANYTHING);
        }
        return Optional.of(new ArnPattern(List.copyOf(parts)));
    }

    /** The six parts of an ARN; empty when it is none. */
    static Optional<List<String>> segments(String arn) {
        if (!arn.startsWith("arn:")) {
            return Optional.empty();
        }
        var parts = arn.split(":", PARTS);
        return parts.length == PARTS ? Optional.of(List.of(parts)) : Optional.empty();
    }

    boolean matches(List<String> arn, Evaluation evaluation) {
        for (var part = 0; part < PARTS; part++) {
            var pattern = parts.get(part).pattern(evaluation);
            if (pattern.isEmpty() || !pattern.get().matches(arn.get(part))) {
                return false;
            }
        }
        return true;
    }

    void collectKeys(Set<String> keys) {
        parts.forEach(part -> part.collectKeys(keys));
    }

    /** At the first five colons that do not stand inside a variable. */
    private static List<String> split(String text) {
        var found = new ArrayList<String>(PARTS);
        var start = 0;
        var inVariable = false;
        for (var at = 0; at < text.length() && found.size() < PARTS - 1; at++) {
            if (text.startsWith("${", at)) {
                inVariable = true;
            } else if (text.charAt(at) == '}') {
                inVariable = false;
            } else if (text.charAt(at) == ':' && !inVariable) {
                found.add(text.substring(start, at));
                start = at + 1;
            }
        }
        found.add(text.substring(start));
        return found;
    }
}
