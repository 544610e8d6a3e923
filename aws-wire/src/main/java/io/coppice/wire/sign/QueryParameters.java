package io.coppice.wire.sign;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** The parameters of a URL in the order they came, decoded. */
record QueryParameters(List<Parameter> parameters) {
    private static final Comparator<Parameter> CANONICAL_ORDER =
            Comparator.comparing(Parameter::encodedName).thenComparing(Parameter::encodedValue);

    QueryParameters {
        parameters = List.copyOf(parameters);
    }

    /** Throws {@link IllegalArgumentException} for a broken percent escape. */
    static QueryParameters parse(String rawQuery) {
        var parameters = new ArrayList<Parameter>();
        for (int start = 0; start < rawQuery.length(); ) {
            var ampersand = rawQuery.indexOf('&', start);
            var end = ampersand < 0 ? rawQuery.length() : ampersand;
            if (end > start) {
                parameters.add(Parameter.parse(rawQuery.substring(start, end)));
            }
            start = end + 1;
        }
        return new QueryParameters(parameters);
    }

    Optional<String> first(String name) {
        return parameters.stream()
                .filter(parameter -> parameter.name().equals(name))
                .map(Parameter::value)
                .findFirst();
    }

    String canonical(Predicate<String> includedNames) {
        if (parameters.isEmpty()) {
            return "";
        }
        return parameters.stream()
                .filter(parameter -> includedNames.test(parameter.name()))
                .sorted(CANONICAL_ORDER)
                .map(parameter -> parameter.encodedName() + "=" + parameter.encodedValue())
                .collect(Collectors.joining("&"));
    }

    record Parameter(String name, String value) {
        static Parameter parse(String text) {
            var equals = text.indexOf('=');
            return equals < 0
                    ? new Parameter(PercentEncoding.decodeQuery(text), "")
                    : new Parameter(
                            PercentEncoding.decodeQuery(text.substring(0, equals)),
                            PercentEncoding.decodeQuery(text.substring(equals + 1)));
        }

        String encodedName() {
            return PercentEncoding.encode(name);
        }

        String encodedValue() {
            return PercentEncoding.encode(value);
        }
    }
}
