package io.coppice.cloud.transfer;

import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.query.Page;
import io.coppice.cloud.query.PageLimits;
import io.coppice.cloud.query.Pages;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.Filter;

/** Lists tasks of one kind, for the Describe action of each. Thread-safe. */
@ApplicationScoped
class TaskListing {
    private static final Filters<Task> FILTERS = Filters.<Task>builder()
            .value("task-state", task -> task.row().state().text())
            .tags(Task::tags)
            .build();

    private final TaskStore store;
    private final Pages pages;

    TaskListing(TaskStore store, Pages pages) {
        this.store = store;
        this.pages = pages;
    }

    /** What a request asks for. */
    record Wish(
            List<String> ids,
            List<Filter> filters,
            @Nullable Integer maxResults,
            @Nullable String nextToken) {
        Wish {
            ids = List.copyOf(ids);
            filters = List.copyOf(filters);
        }
    }

    /** A page of tasks; throws AWS's error for an id that no task of the kind has. */
    Page<Task> page(RequestContext context, TaskKind kind, String idsParameter, Wish wish) {
        var ids = wish.ids();
        var limits = PageLimits.usual(idsParameter);
        var page = pages.open(context, limits, wish.maxResults(), wish.nextToken(), !ids.isEmpty());
        var selection = FILTERS.select(wish.filters());
        ids.forEach(id -> store.require(context.account(), kind, id));
        return pages.read(
                page,
                (after, limit) -> store.list(context.account(), kind, ids.isEmpty() ? null : ids, after, limit),
                selection,
                Task::id);
    }
}
