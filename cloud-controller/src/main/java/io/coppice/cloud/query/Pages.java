package io.coppice.cloud.query;

import io.coppice.cloud.action.RequestContext;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Pages of Describe answers. A page begins after the sort key of the row that ended the one before (never at an offset),
 * so rows that come and go meanwhile make no other row appear twice or not at all. Thread-safe.
 */
@ApplicationScoped
public class Pages {
    /** Rows read at a time when filters are applied in memory: few round trips, bounded memory. */
    private static final int SCAN_ROWS = 1000;

    private final PageTokens tokens;

    /** For the container and for tests. */
    public Pages(PageTokens tokens) {
        this.tokens = tokens;
    }

    /**
     * Checks MaxResults and NextToken.
     *
     * @param idsGiven whether the request names what it wants, which excludes MaxResults
     */
    public PageRequest open(
            RequestContext context,
            PageLimits limits,
            @Nullable Integer maxResults,
            @Nullable String nextToken,
            boolean idsGiven) {
        var scope = context.action() + " " + context.account();
        if (maxResults != null) {
            check(maxResults, limits, idsGiven);
        }
        var after = nextToken == null || nextToken.isEmpty() ? null : tokens.open(scope, nextToken);
        return new PageRequest(scope, maxResults == null ? limits.largest() : maxResults, after);
    }

    private static void check(int maxResults, PageLimits limits, boolean idsGiven) {
        if (idsGiven) {
            throw QueryErrors.pagedWithIds(limits.idsParameter());
        }
        if (maxResults < limits.smallest()) {
            throw QueryErrors.maxResultsTooSmall(maxResults, limits.smallest());
        }
        if (maxResults > limits.largest()) {
            throw QueryErrors.maxResultsTooLarge(maxResults, limits.largest());
        }
    }

    /**
     * Reads one page: chunk after chunk until it is full or nothing is left.
     *
     * @param chunks reads rows in the order of their keys
     * @param matches what the SQL behind {@code chunks} did not already decide
     * @param key the row's unique sort key
     */
    public <T> Page<T> read(
            PageRequest request, ChunkReader<T> chunks, Predicate<? super T> matches, Function<? super T, String> key) {
        var rows = new ArrayList<T>();
        var after = request.after();
        var chunkRows = Math.max(request.size() + 1, SCAN_ROWS);
        while (true) {
            var chunk = chunks.read(after, chunkRows);
            for (var row : chunk) {
                if (!matches.test(row)) {
                    continue;
                }
                if (rows.size() == request.size()) {
                    return new Page<>(rows, tokens.seal(request.scope(), key.apply(rows.getLast())));
                }
                rows.add(row);
            }
            if (chunk.size() < chunkRows) {
                return new Page<>(rows, null);
            }
            after = key.apply(chunk.getLast());
        }
    }

    /** As {@link #read}, of rows that are all in memory, in the order of their keys. */
    public <T> Page<T> cut(
            PageRequest request, List<T> rows, Predicate<? super T> matches, Function<? super T, String> key) {
        ChunkReader<T> chunks = (after, limit) -> rows.stream()
                .filter(row -> after == null || key.apply(row).compareTo(after) > 0)
                .limit(limit)
                .toList();
        return read(request, chunks, matches, key);
    }

    /**
     * Reads rows from where they are kept.
     *
     * @param <T> the row
     */
    @FunctionalInterface
    public interface ChunkReader<T> {
        /** At most {@code limit} rows whose key is greater than {@code after} (null: from the start), in order of keys. */
        List<T> read(@Nullable String after, int limit);
    }
}
