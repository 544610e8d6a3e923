package io.coppice.cloud.identity.entity;

import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.query.Page;
import io.coppice.cloud.query.PageLimits;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.query.Pages.ChunkReader;
import io.coppice.wire.error.AwsException;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Listings by Marker and MaxItems, as every List action of IAM has them: 100 rows where the request says nothing, 1,000 at
 * most. Markers are the page tokens of {@link Pages}. Thread-safe.
 */
@Singleton
public final class IamPages {
    private static final int USUAL = 100;
    private static final int MOST = 1_000;
    private static final PageLimits LIMITS = new PageLimits(1, MOST, "");

    private final Pages pages;

    /** For the container and for tests. */
    public IamPages(Pages pages) {
        this.pages = pages;
    }

    /**
     * Reads a page. Throws {@code ValidationError} for MaxItems that is not 1 to 1,000, {@code InvalidInput} for a marker
     * that is none of this listing's.
     *
     * @param key the row's sort key, unique in the listing
     */
    public <T> Page<T> read(RequestContext context, Ask ask, ChunkReader<T> chunks, Function<? super T, String> key) {
        var size = Require.range("maxItems", ask.maxItems(), 1, MOST, USUAL);
        try {
            var request = pages.open(context, LIMITS, size, ask.marker(), false);
            return pages.read(request, chunks, any -> true, key);
        } catch (AwsException e) {
            if (e.code().equals("InvalidNextToken")) {
                throw IamErrors.invalidInput(
                        "Invalid Marker. Use the marker of the previous answer to the same request.");
            }
            throw e;
        }
    }

    /** As {@link #read}, of rows that are all in memory, in the order of their keys. */
    public <T> Page<T> cut(RequestContext context, Ask ask, List<T> rows, Function<? super T, String> key) {
        return read(
                context,
                ask,
                (after, limit) -> rows.stream()
                        .filter(row -> after == null || key.apply(row).compareTo(after) > 0)
                        .limit(limit)
                        .toList(),
                key);
    }

    /** Which page of a listing a request wants. */
    public record Ask(@Nullable Integer maxItems, @Nullable String marker) {}
}
