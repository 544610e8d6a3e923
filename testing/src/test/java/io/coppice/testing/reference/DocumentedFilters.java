package io.coppice.testing.reference;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;

/** The filters that the EC2 API reference documents, by action. */
public final class DocumentedFilters {
    private DocumentedFilters() {}

    /** Action to filter names. */
    public static SequencedMap<String, List<String>> read() {
        try (var file = DocumentedFilters.class.getResourceAsStream("documented-filters.txt")) {
            if (file == null) {
                throw new AssertionError("no documented-filters.txt");
            }
            var filters = new TreeMap<String, List<String>>();
            new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split(" "))
                    .forEach(words -> filters.put(
                            words[0], List.copyOf(Arrays.asList(words).subList(1, words.length))));
            return filters;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
