package io.coppice.cloud.compute;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.image.ImageDescriptions;
import io.coppice.cloud.place.Zones;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.query.PageLimits;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.store.PlainSql;
import io.coppice.cloud.tag.TagRules;
import io.coppice.cloud.tag.Tags;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceImageMetadataRequest;
import software.amazon.awssdk.services.ec2.model.DescribeInstanceImageMetadataResponse;
import software.amazon.awssdk.services.ec2.model.ImageMetadata;
import software.amazon.awssdk.services.ec2.model.InstanceImageMetadata;

/** DescribeInstanceImageMetadata: instances with what is known of the images that they were launched from. Thread-safe. */
@ApplicationScoped
class InstanceImageActions implements ActionModule {
    private static final PageLimits LIMITS = PageLimits.usual("instancesSet");
    private static final String SELECT =
            "select id, serial, instance_type, launch_time, zone, state, image_id from instances"
                    + " where account_id = ? and (?::boolean or id = any(?)) and serial > ? order by serial limit ?";
    private static final int KEY_DIGITS = 19;

    private static final Filters<Seen> FILTERS = Filters.<Seen>builder()
            .value("availability-zone", each -> each.row().zone())
            .value("zone-id", each -> Zones.idOf(each.row().zone()))
            .value("instance-id", each -> each.row().id())
            .value("instance-state-name", each -> each.row().state().awsName())
            .value("instance-type", each -> each.row().type())
            .value("launch-time", each -> each.row().launchedAt())
            .value("image-allowed", each -> each.image().imageAllowed())
            .value("owner-alias", each -> each.image().imageOwnerAlias())
            .tags(Seen::tags)
            .build();

    private final Database database;
    private final Tags tags;
    private final ImageDescriptions images;
    private final Pages pages;

    InstanceImageActions(Database database, Tags tags, ImageDescriptions images, Pages pages) {
        this.database = database;
        this.tags = tags;
        this.images = images;
        this.pages = pages;
    }

    private record Row(
            String id,
            long serial,
            String type,
            Instant launchedAt,
            String zone,
            InstanceState state,
            String imageId) {}

    private record Seen(Row row, ImageMetadata image, Map<String, String> tags) {
        private Seen {
            tags = Map.copyOf(tags);
        }
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(
                Service.EC2,
                "DescribeInstanceImageMetadata",
                DescribeInstanceImageMetadataRequest::builder,
                this::describe);
    }

    DescribeInstanceImageMetadataResponse describe(
            RequestContext context, DescribeInstanceImageMetadataRequest request) {
        var ids = InstanceRows.checkIds(request.instanceIds());
        var selection = FILTERS.select(request.filters());
        var page = pages.open(context, LIMITS, request.maxResults(), request.nextToken(), !ids.isEmpty());
        var account = context.account();
        return database.read(entities -> {
            if (!ids.isEmpty()) {
                InstanceRows.check(entities, account, ids);
            }
            var found = pages.read(
                    page,
                    (after, limit) -> seen(entities, account, ids, after == null ? 0 : Long.parseLong(after), limit),
                    selection,
                    each -> String.format("%0" + KEY_DIGITS + "d", each.row().serial()));
            return DescribeInstanceImageMetadataResponse.builder()
                    .instanceImageMetadata(found.map(each -> answer(account, each)))
                    .nextToken(found.nextToken())
                    .build();
        });
    }

    /** Five queries. */
    private List<Seen> seen(EntityManager entities, AccountId account, Collection<String> ids, long after, int limit) {
        var rows = PlainSql.query(
                entities,
                SELECT,
                InstanceImageActions::row,
                account.value(),
                ids.isEmpty(),
                ids.toArray(String[]::new),
                after,
                limit);
        var known = images.metadata(
                account, rows.stream().map(Row::imageId).distinct().toList());
        var given = tags.of(account, rows.stream().map(Row::id).toList());
        return rows.stream()
                .map(row -> new Seen(
                        row,
                        Objects.requireNonNullElseGet(known.get(row.imageId()), () -> ImageMetadata.builder()
                                .imageId(row.imageId())
                                .build()),
                        given.getOrDefault(row.id(), Map.of())))
                .toList();
    }

    private static Row row(ResultSet row) throws SQLException {
        return new Row(
                row.getString(1),
                row.getLong(2),
                row.getString(3),
                row.getObject(4, OffsetDateTime.class).toInstant(),
                row.getString(5),
                InstanceState.valueOf(row.getString(6)),
                row.getString(7));
    }

    private static InstanceImageMetadata answer(AccountId account, Seen seen) {
        var row = seen.row();
        return InstanceImageMetadata.builder()
                .instanceId(row.id())
                .instanceType(row.type())
                .launchTime(row.launchedAt())
                .availabilityZone(row.zone())
                .zoneId(Zones.idOf(row.zone()))
                .state(state -> state.code(row.state().code()).name(row.state().awsName()))
                .ownerId(account.value())
                .tags(TagRules.toList(seen.tags()))
                .imageMetadata(seen.image())
                .build();
    }
}
