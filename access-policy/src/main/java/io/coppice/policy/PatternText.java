package io.coppice.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * A text of a policy that may hold variables: <code>${aws:username}</code>, with a default <code>${key, 'text'}</code>, and
 * <code>${*}</code>, <code>${?}</code>, <code>${$}</code> for the characters themselves (IAM User Guide, "Policy
 * variables"). What a variable brings in is literal: a tenant's tag cannot bring a wildcard into a policy. Immutable.
 */
final class PatternText {
    private final List<Part> parts;
    private final Optional<String> constant;
    private final Optional<Wildcards> constantPattern;

    private final Optional<ArnPattern> arn;

    private PatternText(List<Part> parts, Optional<ArnPattern> arn) {
        this.parts = parts;
        this.arn = arn;
        var variable = parts.stream().anyMatch(Part.Variable.class::isInstance);
        this.constant = variable ? Optional.empty() : Optional.of(join(parts));
        this.constantPattern = variable ? Optional.empty() : Optional.of(new Wildcards(codes(parts)));
    }

    /** @param variables whether the document's version knows variables */
    static PatternText parse(String text, boolean variables) {
        var arn = ArnPattern.parse(text, variables);
        if (!variables || !text.contains("${")) {
            return new PatternText(text.isEmpty() ? List.of() : List.of(new Part.Written(text)), arn);
        }
        return new PatternText(parts(text), arn);
    }

    private static List<Part> parts(String text) {
        var parts = new ArrayList<Part>();
        var at = 0;
        while (at < text.length()) {
            var open = text.indexOf("${", at);
            if (open < 0) {
                parts.add(new Part.Written(text.substring(at)));
                break;
            }
            if (open > at) {
                parts.add(new Part.Written(text.substring(at, open)));
            }
            var close = text.indexOf('}', open);
            if (close < 0) {
                throw new MalformedPolicyException("The policy variable in \"" + text + "\" has no closing brace.");
            }
            parts.add(variable(text.substring(open + 2, close)));
            at = close + 1;
        }
        return List.copyOf(parts);
    }

    private static Part variable(String inside) {
        if (inside.equals("*") || inside.equals("?") || inside.equals("$")) {
            return new Part.Literal(inside);
        }
        var comma = inside.indexOf(',');
        var key = (comma < 0 ? inside : inside.substring(0, comma)).strip();
        if (key.indexOf(':') <= 0) {
            throw new MalformedPolicyException("Unknown policy variable: ${" + inside + "}.");
        }
        var fallback = comma < 0 ? Optional.<String>empty() : Optional.of(fallback(inside, comma));
        return new Part.Variable(key.toLowerCase(Locale.ROOT), fallback);
    }

    private static String fallback(String inside, int comma) {
        var quoted = inside.substring(comma + 1).strip();
        if (quoted.length() < 2 || !quoted.startsWith("'") || !quoted.endsWith("'")) {
            throw new MalformedPolicyException(
                    "The default in the policy variable ${" + inside + "} must stand in single quotes.");
        }
        return quoted.substring(1, quoted.length() - 1);
    }

    /** The text with stars and question marks meaning themselves; empty when a variable has no value. */
    Optional<String> text(Evaluation evaluation) {
        return constant.isPresent() ? constant : resolve(evaluation).map(PatternText::join);
    }

    /** The text as a pattern; empty when a variable has no value. */
    Optional<Wildcards> pattern(Evaluation evaluation) {
        return constantPattern.isPresent()
                ? constantPattern
                : resolve(evaluation).map(resolved -> new Wildcards(codes(resolved)));
    }

    /** The same text as a pattern for ARNs; empty when it does not begin as an ARN does. */
    Optional<ArnPattern> arn() {
        return arn;
    }

    void collectKeys(Set<String> keys) {
        for (var part : parts) {
            if (part instanceof Part.Variable variable) {
                keys.add(variable.key());
            }
        }
    }

    private Optional<List<Part>> resolve(Evaluation evaluation) {
        var resolved = new ArrayList<Part>(parts.size());
        for (var part : parts) {
            if (part instanceof Part.Variable(String key, Optional<String> fallback)) {
                var value = evaluation.single(key).or(() -> fallback);
                if (value.isEmpty()) {
                    return Optional.empty();
                }
                resolved.add(new Part.Literal(value.get()));
            } else {
                resolved.add(part);
            }
        }
        return Optional.of(resolved);
    }

    private static String join(List<Part> parts) {
        var text = new StringBuilder();
        parts.forEach(part -> text.append(part.text()));
        return text.toString();
    }

    private static int[] codes(List<Part> parts) {
        return parts.stream()
                .flatMapToInt(part -> part instanceof Part.Written
                        ? IntStream.of(Wildcards.codes(part.text()))
                        : part.text().codePoints())
                .toArray();
    }

    /** A piece of the text. */
    private sealed interface Part {
        String text();

        /** From the author: stars and question marks are wildcards where patterns are wanted. */
        record Written(String text) implements Part {}

        /** Taken as it is. */
        record Literal(String text) implements Part {}

        /** Not known before there is a request. */
        record Variable(String key, Optional<String> fallback) implements Part {
            @Override
            public String text() {
                return "${" + key + "}";
            }
        }
    }
}
