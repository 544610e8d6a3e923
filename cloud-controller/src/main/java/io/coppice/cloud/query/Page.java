package io.coppice.cloud.query;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A page of rows.
 *
 * @param nextToken what to ask the next page with; null on the last page
 */
public record Page<T>(List<T> rows, @Nullable String nextToken) {
    public Page {
        rows = List.copyOf(rows);
    }

    /** The page with every row turned into something else. */
    public <R> List<R> map(Function<? super T, ? extends R> mapper) {
        return rows.stream().<R>map(mapper).toList();
    }
}
