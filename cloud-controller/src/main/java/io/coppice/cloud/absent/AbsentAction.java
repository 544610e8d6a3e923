package io.coppice.cloud.absent;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known about one action of an absent subject: a line of {@code absent-actions.txt}.
 *
 * @param name the action
 * @param parameters in the order they are looked at
 * @param alwaysCode the code that every request is answered with; null when the answer is an empty list
 * @param flatOnly whether the subject is absent only where the cloud has one flat network
 * @param filters the filters that AWS documents beside those on tags; empty when it documents none
 */
record AbsentAction(
        String name, List<Parameter> parameters, @Nullable String alwaysCode, boolean flatOnly, List<String> filters) {
    private static final String ALWAYS = "always=";
    private static final String FILTERS = "filters=";
    private static final String FLAT_ONLY = "mode=flat";

    AbsentAction {
        parameters = List.copyOf(parameters);
        filters = List.copyOf(filters);
    }

    /**
     * A parameter that the answer depends on.
     *
     * @param name as on the wire
     * @param notFoundCode the answer when it names something; null when its value does not matter
     */
    record Parameter(
            String name, boolean required, @Nullable String notFoundCode) {
        private static Parameter parse(String text) {
            var equals = text.indexOf('=');
            var name = equals < 0 ? text : text.substring(0, equals);
            var required = name.endsWith("!");
            return new Parameter(
                    required ? name.substring(0, name.length() - 1) : name,
                    required,
                    equals < 0 ? null : text.substring(equals + 1));
        }
    }

    static AbsentAction parse(String line) {
        var words = line.split(" +");
        var parameters = new ArrayList<Parameter>();
        String always = null;
        var flatOnly = false;
        var filters = List.<String>of();
        for (var i = 1; i < words.length; i++) {
            if (words[i].startsWith(ALWAYS)) {
                always = words[i].substring(ALWAYS.length());
            } else if (words[i].equals(FLAT_ONLY)) {
                flatOnly = true;
            } else if (words[i].startsWith(FILTERS)) {
                filters = List.of(words[i].substring(FILTERS.length()).split(","));
            } else {
                parameters.add(Parameter.parse(words[i]));
            }
        }
        return new AbsentAction(words[0], parameters, always, flatOnly, filters);
    }
}
