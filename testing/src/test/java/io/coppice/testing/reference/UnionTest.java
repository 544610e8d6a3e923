package io.coppice.testing.reference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.absent.AbsentSubjects;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * If this fails, an action that users know from other clouds, or that their tools call, has fallen out: it is carried out,
 * answers an empty list, or is refused for a reason that stands in a list.
 */
class UnionTest {
    @Test
    void everyActionOfTheUnionIsAnsweredOrRefusedForAReason() throws IOException {
        var union = Set.copyOf(lines("union-actions.txt"));
        var answered = new TreeSet<>(AnnouncedActions.byService()
                .getOrDefault("EC2", new TreeMap<>())
                .keySet());
        answered.addAll(AbsentSubjects.actions());
        var refused = new TreeSet<String>();
        for (var line : lines("union-refused.txt")) {
            assertTrue(line.indexOf(' ') > 0, () -> "no reason is given: " + line);
            refused.add(line.substring(0, line.indexOf(' ')));
        }
        var missing = new TreeSet<>(union);
        missing.removeAll(answered);
        missing.removeAll(refused);
        assertEquals(Set.of(), missing, "carry them out, or say in union-refused.txt why not");
        var stale = new TreeSet<>(refused);
        stale.removeIf(action -> union.contains(action) && !answered.contains(action));
        assertEquals(Set.of(), stale, "take them out of union-refused.txt: they are answered, or no part of the union");
    }

    private static List<String> lines(String name) throws IOException {
        try (var file = UnionTest.class.getResourceAsStream(name)) {
            if (file == null) {
                throw new AssertionError("no " + name);
            }
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
        }
    }
}
