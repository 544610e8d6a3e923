package io.coppice.cloud.place;

import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.query.Page;
import io.coppice.cloud.query.PageLimits;
import io.coppice.cloud.query.Pages;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.Filter;

/**
 * How one kind of the default network is listed: by ids, filters and pages.
 *
 * @param <T> the SDK's class, which answers hold
 */
record NetworkListing<T>(NetworkKind kind, Function<T, String> id, Filters<T> filters) {
    /** What a request asks for. */
    record Query(
            List<String> ids,
            List<Filter> filters,
            @Nullable Integer maxResults,
            @Nullable String nextToken) {}

    /** The page of these rows that the request asks for; throws as AWS does for ids that are not there. */
    Page<T> read(Pages pages, RequestContext context, List<T> rows, Query query) {
        var limits = kind == NetworkKind.ROUTE_TABLE
                ? new PageLimits(5, 100, kind.idsParameter())
                : PageLimits.usual(kind.idsParameter());
        var page = pages.open(
                context,
                limits,
                query.maxResults(),
                query.nextToken(),
                !query.ids().isEmpty());
        for (var wanted : query.ids()) {
            kind.check(wanted);
            if (rows.stream().noneMatch(row -> id.apply(row).equals(wanted))) {
                throw kind.notFound(wanted);
            }
        }
        var selection = filters.select(query.filters());
        return pages.cut(
                page,
                rows,
                row -> (query.ids().isEmpty() || query.ids().contains(id.apply(row))) && selection.test(row),
                id);
    }
}
