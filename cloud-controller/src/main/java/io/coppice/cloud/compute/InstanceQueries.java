package io.coppice.cloud.compute;

import io.coppice.cloud.compute.InstanceFilters.Tagged;
import io.coppice.cloud.front.RequestContext;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.query.PageLimits;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.query.Selection;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.store.EntityReader;
import io.coppice.cloud.store.PlainSql;
import io.coppice.cloud.tag.Tags;
import io.coppice.cloud.volume.VolumeAttachments;
import jakarta.persistence.EntityManager;
import java.lang.invoke.MethodHandles;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
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

    /** A thousand rows through Hibernate take longer than all else about them; nobody is told anyone's user data here. */
    private static final EntityReader<Instance> ROWS =
            new EntityReader<>(Instance.class, MethodHandles.lookup(), Map.of("user_data", "''::bytea"));

    private final Database database;
    private final Tags tags;
    private final Pages pages;
    private final InstanceAnswers answers;
    private final LaunchNetwork network;
    private final VolumeAttachments volumes;
    private final Filters<Tagged> instanceFilters;
    private final Filters<Tagged> statusFilters = InstanceFilters.statuses();

    InstanceQueries(
            Database database,
            InstanceLauncher.Catalogue catalogue,
            Pages pages,
            InstanceAnswers answers,
            LaunchNetwork network) {
        this.database = database;
        this.tags = catalogue.tags();
        this.volumes = catalogue.volumes();
        this.pages = pages;
        this.answers = answers;
        this.network = network;
        this.instanceFilters = InstanceFilters.instances(answers.region(), network.flat());
    }

    DescribeInstancesResponse instances(RequestContext context, DescribeInstancesRequest request) {
        var asked = new Asked(request.instanceIds(), request.filters(), request.maxResults(), request.nextToken());
        return database.read(entities -> {
            var page = page(entities, context, asked, instanceFilters, row -> true);
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
        var asked = new Asked(request.instanceIds(), request.filters(), request.maxResults(), request.nextToken());
        var all = Boolean.TRUE.equals(request.includeAllInstances());
        return database.read(entities -> {
            var page = page(
                    entities, context, asked, statusFilters, row -> all || row.row().state == InstanceState.RUNNING);
            return DescribeInstanceStatusResponse.builder()
                    .instanceStatuses(page.map(row -> InstanceStatuses.answer(row.row())))
                    .nextToken(page.nextToken())
                    .build();
        });
    }

    private io.coppice.cloud.query.Page<Tagged> page(
            EntityManager entities,
            RequestContext context,
            Asked asked,
            Filters<Tagged> filters,
            Predicate<Tagged> only) {
        var ids = InstanceRows.checkIds(asked.ids());
        var selection = filters.select(asked.filters());
        var request = pages.open(context, LIMITS, asked.maxResults(), asked.nextToken(), !ids.isEmpty());
        if (!ids.isEmpty()) {
            InstanceRows.check(entities, context.account(), ids);
        }
        return pages.read(
                request,
                (after, limit) -> chunk(entities, context, ids, selection, after, limit),
                only.and(selection),
                row -> key(row.row().serial));
    }

    private List<Tagged> chunk(
            EntityManager entities,
            RequestContext context,
            SequencedSet<String> ids,
            Selection<Tagged> selection,
            @Nullable String after,
            int limit) {
        var states = selection.exactly("instance-state-name").map(InstanceQueries::states);
        var parameters = new ArrayList<Object>();
        parameters.add(context.account().value());
        parameters.add(after == null ? 0L : Long.parseLong(after));
        var text = new StringBuilder(ROWS.select()).append(" where account_id = ? and serial > ?");
        if (!ids.isEmpty()) {
            text.append(" and id = any(?)");
            parameters.add(ids.toArray(String[]::new));
        }
        if (states.isPresent()) {
            text.append(" and state = any(?)");
            parameters.add(states.get().stream().map(Enum::name).toArray(String[]::new));
        }
        text.append(" order by serial limit ?");
        parameters.add(limit);
        var rows = PlainSql.query(entities, text.toString(), ROWS::read, parameters.toArray());
        network.load(entities, rows);
        loadVolumes(entities, rows);
        var tagsById = rows.isEmpty()
                ? Map.<String, Map<String, String>>of()
                : tags.of(context.account(), rows.stream().map(i -> i.id).toList());
        return rows.stream()
                .map(row -> new Tagged(row, tagsById.getOrDefault(row.id, Map.of())))
                .toList();
    }

    private void loadVolumes(EntityManager entities, List<Instance> rows) {
        var held = volumes.of(entities, rows.stream().map(row -> row.id).toList());
        rows.forEach(row -> row.volumes = held.getOrDefault(row.id, List.of()));
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

    /** What both requests have in common. */
    private record Asked(
            List<String> ids,
            List<Filter> filters,
            @Nullable Integer maxResults,
            @Nullable String nextToken) {}
}
