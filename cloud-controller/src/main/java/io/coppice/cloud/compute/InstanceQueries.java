package io.coppice.cloud.compute;

import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.action.WrittenAnswer;
import io.coppice.cloud.compute.InstanceFilters.Tagged;
import io.coppice.cloud.compute.InstanceReader.Place;
import io.coppice.cloud.compute.InstanceReader.Wanted;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.query.Page;
import io.coppice.cloud.query.PageLimits;
import io.coppice.cloud.query.PageRequest;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.query.Selection;
import io.coppice.cloud.store.Database;
import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceStatusRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceStatusResponse;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstancesResponse;
import software.amazon.awssdk.services.ec2.model.Filter;

/** DescribeInstances and DescribeInstanceStatus: a few queries a page, whatever the number of instances. Thread-safe. */
final class InstanceQueries {
    private static final PageLimits LIMITS = PageLimits.usual("instancesSet");
    private static final int KEY_DIGITS = 19;
    private static final String STATE = "instance-state-name";

    private final Database database;
    private final Pages pages;
    private final InstanceAnswers answers;
    private final InstanceReader reader;
    private final InstanceDescriptions descriptions;
    private final Filters<Tagged> instanceFilters;
    private final Filters<Tagged> statusFilters = InstanceFilters.statuses();

    InstanceQueries(
            Database database,
            Pages pages,
            InstanceAnswers answers,
            InstanceReader reader,
            InstanceDescriptions descriptions,
            boolean flat) {
        this.database = database;
        this.pages = pages;
        this.answers = answers;
        this.reader = reader;
        this.descriptions = descriptions;
        this.instanceFilters = InstanceFilters.instances(answers.region(), flat);
    }

    /** DescribeInstances, of what is written already as far as possible. */
    WrittenAnswer described(RequestContext context, DescribeInstancesRequest request) {
        var written = database.read(entities -> {
            var asked = asked(entities, context, request);
            if (!asked.selection().nothingBut(STATE)) {
                var page = page(entities, asked, asked.selection());
                return descriptions.ofRows(context.account(), page);
            }
            var page = pages.read(
                    asked.page(),
                    (after, limit) -> reader.places(entities, asked.wanted(), serial(after), limit),
                    any -> true,
                    place -> key(place.serial()));
            return descriptions.ofPlaces(context.account(), page, missing -> rows(entities, asked, missing));
        });
        return new WrittenAnswer(written, () -> instances(context, request));
    }

    /** The rows of places, but for those that were removed or changed to a state that is not asked for meanwhile. */
    private List<Tagged> rows(EntityManager entities, Asked asked, List<Place> places) {
        var ids = places.stream().map(Place::id).toList();
        return reader.rows(entities, asked.wanted().only(ids), 0, ids.size());
    }

    /** DescribeInstances in the words of the model. */
    DescribeInstancesResponse instances(RequestContext context, DescribeInstancesRequest request) {
        return database.read(entities -> {
            var asked = asked(entities, context, request);
            var page = page(entities, asked, asked.selection());
            var reservations = new LinkedHashMap<String, List<Tagged>>();
            for (var row : page.rows()) {
                reservations
                        .computeIfAbsent(row.row().reservationId, id -> new ArrayList<>())
                        .add(row);
            }
            return DescribeInstancesResponse.builder()
                    .reservations(reservations.values().stream()
                            .map(rows -> answers.reservation(
                                    rows.stream().map(Tagged::row).toList(), tagMap(rows)))
                            .toList())
                    .nextToken(page.nextToken())
                    .build();
        });
    }

    DescribeInstanceStatusResponse statuses(RequestContext context, DescribeInstanceStatusRequest request) {
        var all = Boolean.TRUE.equals(request.includeAllInstances());
        return database.read(entities -> {
            var asked = asked(
                    entities,
                    context,
                    new Given(request.instanceIds(), request.filters(), request.maxResults(), request.nextToken()),
                    statusFilters);
            Predicate<Tagged> only = row -> all || row.row().state == InstanceState.RUNNING;
            var page = page(entities, asked, only.and(asked.selection()));
            return DescribeInstanceStatusResponse.builder()
                    .instanceStatuses(page.map(row -> InstanceStatuses.answer(row.row())))
                    .nextToken(page.nextToken())
                    .build();
        });
    }

    private Asked asked(EntityManager entities, RequestContext context, DescribeInstancesRequest request) {
        return asked(
                entities,
                context,
                new Given(request.instanceIds(), request.filters(), request.maxResults(), request.nextToken()),
                instanceFilters);
    }

    private Asked asked(EntityManager entities, RequestContext context, Given given, Filters<Tagged> filters) {
        var ids = InstanceRows.checkIds(given.ids());
        var selection = filters.select(given.filters());
        var page = pages.open(context, LIMITS, given.maxResults(), given.nextToken(), !ids.isEmpty());
        if (!ids.isEmpty()) {
            InstanceRows.check(entities, context.account(), ids);
        }
        var states = selection.exactly(STATE).map(InstanceQueries::states);
        return new Asked(page, new Wanted(context.account(), ids, states), selection);
    }

    private Page<Tagged> page(EntityManager entities, Asked asked, Predicate<Tagged> matches) {
        return pages.read(
                asked.page(),
                (after, limit) -> reader.rows(entities, asked.wanted(), serial(after), limit),
                matches,
                row -> key(row.row().serial));
    }

    private static Set<InstanceState> states(Set<String> names) {
        return names.stream()
                .flatMap(name -> InstanceState.byAwsName(name).stream())
                .collect(Collectors.toUnmodifiableSet());
    }

    private static Map<String, Map<String, String>> tagMap(List<Tagged> rows) {
        return rows.stream().collect(Collectors.toMap(r -> r.row().id, Tagged::tags));
    }

    private static String key(long serial) {
        return String.format("%0" + KEY_DIGITS + "d", serial);
    }

    private static long serial(@Nullable String key) {
        return key == null ? 0 : Long.parseLong(key);
    }

    /** What both requests have in common. */
    private record Given(
            List<String> ids,
            List<Filter> filters,
            @Nullable Integer maxResults,
            @Nullable String nextToken) {}

    /** The same, checked: what the database decides of it, and what is left to be asked of rows. */
    private record Asked(PageRequest page, Wanted wanted, Selection<Tagged> selection) {}
}
