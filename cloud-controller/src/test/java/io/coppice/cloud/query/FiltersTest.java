package io.coppice.cloud.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.wire.error.AwsException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.ec2.model.Filter;

/** If this fails, clients get resources that they filtered out, or miss some that they asked for. */
class FiltersTest {
    private record Row(
            @Nullable String state, List<Integer> ports, boolean main, Instant created, Map<String, String> tags) {}

    private static final Filters<Row> FILTERS = Filters.<Row>builder()
            .value("state", Row::state)
            .values("port", Row::ports)
            .value("main", Row::main)
            .value("created", Row::created)
            .tags(Row::tags)
            .build();

    private static final Row WEB = new Row(
            "running",
            List.of(80, 443),
            true,
            Instant.parse("2026-01-02T03:04:05Z"),
            Map.of("Name", "web-1", "env", "a*b"));

    private static Filter filter(String name, String... values) {
        return Filter.builder().name(name).values(values).build();
    }

    private static boolean matches(Filter... filters) {
        return FILTERS.select(Arrays.asList(filters)).test(WEB);
    }

    private static String refusal(Filter... filters) {
        var e = assertThrows(AwsException.class, () -> FILTERS.select(Arrays.asList(filters)));
        return e.code() + ": " + e.getMessage();
    }

    @Test
    void valuesAreAlternativesAndFiltersMustAllHold() {
        assertTrue(matches());
        assertTrue(matches(filter("state", "stopped", "running")));
        assertTrue(matches(filter("state", "running"), filter("port", "443")));
        assertFalse(matches(filter("state", "running"), filter("port", "22")));
        assertTrue(matches(filter("main", "true")));
        assertTrue(matches(filter("created", "2026-01-02T03:04:05.000Z")));
        assertTrue(matches(filter("created", "2026-01-02T*")));
    }

    @Test
    void wildcardsMatchRunsAndSingleCharactersUnlessEscaped() {
        assertTrue(matches(filter("state", "run*")));
        assertTrue(matches(filter("state", "r?nning")));
        assertTrue(matches(filter("state", "*n*n*")));
        assertFalse(matches(filter("state", "run?")));
        assertFalse(matches(filter("state", "RUNNING")));
        assertTrue(matches(filter("tag:env", "a\\*b")));
        assertFalse(matches(filter("tag:Name", "web-\\?")));
    }

    @Test
    void tagsAreFilteredByPairKeyAndValue() {
        assertTrue(matches(filter("tag:Name", "web-*")));
        assertFalse(matches(filter("tag:name", "web-1")));
        assertTrue(matches(filter("tag-key", "env")));
        assertTrue(matches(filter("tag-value", "web-1")));
        assertFalse(matches(filter("tag-value", "Name")));
    }

    @Test
    void missingValueNeverMatches() {
        var row = new Row(null, List.of(), false, Instant.EPOCH, Map.of());
        assertFalse(FILTERS.select(List.of(filter("state", "*"))).test(row));
    }

    @Test
    void refusesWhatAwsRefuses() {
        assertEquals("InvalidParameterValue: The filter 'colour' is invalid", refusal(filter("colour", "red")));
        assertTrue(refusal(filter("state")).startsWith("MissingParameter"));
        var many = Collections.nCopies(Filters.MAX_VALUES + 1, "x").toArray(String[]::new);
        assertTrue(refusal(filter("state", many)).startsWith("FilterLimitExceeded"));
    }

    @Test
    void offersExactValuesForSql() {
        var selection = FILTERS.select(List.of(filter("state", "a", "b"), filter("port", "4*")));
        assertEquals(Optional.of(Set.of("a", "b")), selection.exactly("state"));
        assertEquals(Optional.empty(), selection.exactly("port"));
        assertEquals(Optional.empty(), selection.exactly("main"));
    }

    @Test
    void hostilePatternsAreNotSlow() {
        var pattern = "*a".repeat(200) + "b";
        Assertions.assertTimeoutPreemptively(
                Duration.ofSeconds(30), () -> assertFalse(new Glob(pattern).matches("a".repeat(5000))));
    }
}
