package io.coppice.cloud.query;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.Filter;

/**
 * The filters that one Describe action understands: filter name to how its values are read from a row. Built once per
 * action and shared; immutable and thread-safe.
 *
 * <p>The rules are those of the <a href="https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Filter.html">AWS API
 * reference</a>: the values of one filter are alternatives, all filters must hold, {@code *} and {@code ?} are wildcards,
 * case matters, at most {@value #MAX_VALUES} values in a request.
 *
 * @param <T> the row
 */
public final class Filters<T> {
    /** How many filter values a request may have, as in AWS. */
    public static final int MAX_VALUES = 200;

    private static final String TAG_PREFIX = "tag:";
    /** Dates as the API writes them, so that a filter value copied out of an answer matches. */
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private final Map<String, Function<T, ? extends Collection<?>>> columns;
    private final @Nullable Function<T, Map<String, String>> tags;

    private Filters(Builder<T> builder) {
        columns = Map.copyOf(builder.columns);
        tags = builder.tags;
    }

    /** Starts an empty table. */
    public static <T> Builder<T> builder() {
        return new Builder<>();
    }

    /**
     * Reads the filters of a request. Throws {@code InvalidParameterValue} for a name that this action does not know,
     * {@code MissingParameter} for a filter without values and {@code FilterLimitExceeded} for too many.
     */
    public Selection<T> select(List<Filter> filters) {
        var conditions = new ArrayList<Selection.Condition<T>>(filters.size());
        var count = 0;
        for (var filter : filters) {
            var values = filter.values();
            count += values.size();
            if (count > MAX_VALUES) {
                throw QueryErrors.tooManyFilterValues(MAX_VALUES);
            }
            var read = reader(filter.name());
            if (values.isEmpty()) {
                throw QueryErrors.filterWithoutValues(filter.name());
            }
            conditions.add(new Selection.Condition<>(
                    filter.name(), read, values.stream().map(Glob::new).toList()));
        }
        return new Selection<>(conditions);
    }

    private Function<T, Stream<String>> reader(@Nullable String name) {
        if (name == null) {
            throw QueryErrors.unknownFilter("null");
        }
        var column = columns.get(name);
        if (column != null) {
            return row -> column.apply(row).stream().map(Filters::text);
        }
        var tagsOf = tags;
        if (tagsOf == null) {
            throw QueryErrors.unknownFilter(name);
        }
        if (name.startsWith(TAG_PREFIX) && name.length() > TAG_PREFIX.length()) {
            var key = name.substring(TAG_PREFIX.length());
            return row -> Stream.ofNullable(tagsOf.apply(row).get(key));
        }
        return switch (name) {
            case "tag-key" -> row -> tagsOf.apply(row).keySet().stream();
            case "tag-value" -> row -> tagsOf.apply(row).values().stream();
            default -> throw QueryErrors.unknownFilter(name);
        };
    }

    private static String text(Object value) {
        return value instanceof Instant instant ? DATE.format(instant) : value.toString();
    }

    /**
     * Collects the filters of one action. Not thread-safe.
     *
     * @param <T> the row
     */
    public static final class Builder<T> {
        private final Map<String, Function<T, ? extends Collection<?>>> columns = new LinkedHashMap<>();
        private @Nullable Function<T, Map<String, String>> tags;

        private Builder() {}

        /**
         * A filter on one value of the row. Its text is {@code toString()}, of an {@link Instant} the API's form; a row
         * whose value is null never matches.
         */
        public Builder<T> value(String name, Column<T> read) {
            return values(name, row -> {
                var value = read.of(row);
                return value == null ? List.of() : List.of(value);
            });
        }

        /** A filter on several values of the row; one that matches is enough. */
        public Builder<T> values(String name, Function<T, ? extends Collection<?>> read) {
            if (columns.put(name, read) != null) {
                throw new IllegalArgumentException("filter " + name + " is defined twice");
            }
            return this;
        }

        /** Filters that AWS documents on what no row of this cloud has: they are understood and match nothing. */
        public Builder<T> never(String... names) {
            for (var name : names) {
                values(name, row -> List.of());
            }
            return this;
        }

        /** The filters {@code tag:KEY}, {@code tag-key} and {@code tag-value}. */
        public Builder<T> tags(Function<T, Map<String, String>> read) {
            tags = read;
            return this;
        }

        /** The finished table. */
        public Filters<T> build() {
            return new Filters<>(this);
        }
    }

    /**
     * Reads one value of a row.
     *
     * @param <T> the row
     */
    @FunctionalInterface
    public interface Column<T> {
        /** The value; null when the row has none. */
        @Nullable
        Object of(T row);
    }
}
