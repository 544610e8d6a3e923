package io.coppice.policy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads the tables under {@code cases}, and the principal that they speak of. */
final class Cases {
    static final PolicyPrincipal ALICE = new PolicyPrincipal(
            PolicyPrincipal.Type.USER,
            "111122223333",
            "arn:aws:iam::111122223333:user/staff/alice",
            "AIDAALICE",
            Optional.empty(),
            Map.of("team", "red", "wild", "*", "limit", "5"));

    private Cases() {}

    /** The lines of a table, each split at its bars into this many columns. */
    static Stream<List<String>> table(String name, int columns) {
        try (var bytes = Cases.class.getResourceAsStream("/cases/" + name)) {
            if (bytes == null) {
                throw new IllegalStateException("no table " + name);
            }
            return new String(bytes.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> Arrays.stream(line.split("\\|", columns))
                            .map(String::strip)
                            .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** {@code key=value;value;key=value}. A value that holds a colon before an equals sign begins a new key. */
    static Map<String, List<String>> context(String text) {
        var context = new LinkedHashMap<String, List<String>>();
        if (text.isEmpty()) {
            return context;
        }
        var key = "";
        for (var part : text.split(";", -1)) {
            var equals = part.indexOf('=');
            var value = part;
            if (equals >= 0) {
                key = part.substring(0, equals);
                value = part.substring(equals + 1);
            }
            var before = context.getOrDefault(key, List.of());
            context.put(key, Stream.concat(before.stream(), Stream.of(value)).toList());
        }
        return context;
    }

    /** Text as a JSON string, lists and quoted text as they are. */
    static String json(String text) {
        return text.startsWith("[") || text.startsWith("\"") ? text : "\"" + text + "\"";
    }
}
