package io.coppice.walrus.metadata;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The headers that came with an object and go out with it: content type and the like, and {@code x-amz-meta-*}.
 *
 * @param values lower-case name to value; values hold no line breaks, as no HTTP header can
 */
public record StoredHeaders(SortedMap<String, String> values) {
    /** No headers at all. */
    public static final StoredHeaders NONE = new StoredHeaders(new TreeMap<>());

    public StoredHeaders {
        values = Collections.unmodifiableSortedMap(new TreeMap<>(values));
    }

    /** Copies a map. */
    public static StoredHeaders of(Map<String, String> values) {
        return new StoredHeaders(new TreeMap<>(values));
    }

    static StoredHeaders parse(String text) {
        var values = new TreeMap<String, String>();
        text.lines().forEach(line -> {
            var colon = line.indexOf(':');
            values.put(line.substring(0, colon), line.substring(colon + 2));
        });
        return new StoredHeaders(values);
    }

    String text() {
        return values.entrySet().stream()
                .map(header -> header.getKey() + ": " + header.getValue() + "\n")
                .collect(Collectors.joining());
    }
}
