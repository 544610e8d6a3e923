package io.coppice.cloud.query;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The filters of one request, ready to be asked about rows. A Describe action may turn the selective ones into SQL with
 * {@link #exactly} and must still ask {@link #test} about every row that comes back. Immutable and thread-safe.
 *
 * @param <T> the row
 */
public final class Selection<T> implements Predicate<T> {
    private final List<Condition<T>> conditions;

    Selection(List<Condition<T>> conditions) {
        this.conditions = List.copyOf(conditions);
    }

    /** Whether the row passes all filters. */
    @Override
    public boolean test(T row) {
        for (var condition : conditions) {
            if (!condition.test(row)) {
                return false;
            }
        }
        return true;
    }

    /**
     * The values that the row's {@code name} must be one of, for an SQL {@code in}. Empty when the request does not filter
     * by it or filters by a wildcard.
     */
    public Optional<Set<String>> exactly(String name) {
        return conditions.stream()
                .filter(condition -> condition.name().equals(name))
                .filter(condition -> condition.values().stream()
                        .allMatch(value -> value.exactText().isPresent()))
                .map(condition -> condition.values().stream()
                        .flatMap(value -> value.exactText().stream())
                        .collect(Collectors.toUnmodifiableSet()))
                .findFirst();
    }

    /** Whether {@link #exactly} of this name says all that the request filters by. */
    public boolean nothingBut(String name) {
        return conditions.isEmpty() || (conditions.size() == 1 && exactly(name).isPresent());
    }

    /** Whether the request has a filter of this name at all. */
    public boolean mentions(String name) {
        return conditions.stream().anyMatch(condition -> condition.name().equals(name));
    }

    /** One filter: its values are alternatives. */
    record Condition<T>(String name, Function<T, Stream<String>> read, List<Glob> values) {
        boolean test(T row) {
            return read.apply(row).anyMatch(text -> values.stream().anyMatch(value -> value.matches(text)));
        }
    }
}
