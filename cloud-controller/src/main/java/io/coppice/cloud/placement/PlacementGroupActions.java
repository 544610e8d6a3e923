package io.coppice.cloud.placement;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.tag.TagRules;
import io.coppice.cloud.tag.Tags;
import io.coppice.foundation.role.SiteConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CreatePlacementGroupRequest;
import software.amazon.awssdk.services.ec2.model.CreatePlacementGroupResponse;
import software.amazon.awssdk.services.ec2.model.DeletePlacementGroupRequest;
import software.amazon.awssdk.services.ec2.model.DeletePlacementGroupResponse;
import software.amazon.awssdk.services.ec2.model.DescribePlacementGroupsRequest;
import software.amazon.awssdk.services.ec2.model.DescribePlacementGroupsResponse;
import software.amazon.awssdk.services.ec2.model.PlacementGroup;
import software.amazon.awssdk.services.ec2.model.Tag;

/** CreatePlacementGroup, DescribePlacementGroups and DeletePlacementGroup. Thread-safe. */
@ApplicationScoped
class PlacementGroupActions implements ActionModule {
    static final String PREFIX = "pg-";
    static final String RESOURCE_TYPE = "placement-group";
    private static final String HOST = "host";
    private static final String RACK = "rack";
    private static final int USUAL_PARTITIONS = 2;
    private static final int MAX_PARTITIONS = 7;
    private static final int MAX_NAME = 255;
    private static final int ID_BYTES = 9;
    private static final int DIGITS = 17;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final Filters<PlacementGroup> FILTERS = Filters.<PlacementGroup>builder()
            .value("group-name", PlacementGroup::groupName)
            .value("group-arn", PlacementGroup::groupArn)
            .value("state", PlacementGroup::stateAsString)
            .value("strategy", PlacementGroup::strategyAsString)
            .value("spread-level", PlacementGroup::spreadLevelAsString)
            .tags(each -> each.tags().stream().collect(Collectors.toMap(Tag::key, Tag::value)))
            .build();

    private final Database database;
    private final StoredPlacementGroups groups;
    private final Tags tags;
    private final EventLog events;
    private final PlacementGroupConfig config;
    private final SiteConfig site;
    private final Clock clock;

    PlacementGroupActions(
            Database database,
            StoredPlacementGroups groups,
            Tags tags,
            EventLog events,
            PlacementGroupConfig config,
            SiteConfig site,
            Clock clock) {
        this.database = database;
        this.groups = groups;
        this.tags = tags;
        this.events = events;
        this.config = config;
        this.site = site;
        this.clock = clock;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.EC2, "CreatePlacementGroup", CreatePlacementGroupRequest::builder, this::create);
        registry.add(Service.EC2, "DescribePlacementGroups", DescribePlacementGroupsRequest::builder, this::describe);
        registry.add(Service.EC2, "DeletePlacementGroup", DeletePlacementGroupRequest::builder, this::delete);
    }

    CreatePlacementGroupResponse create(RequestContext context, CreatePlacementGroupRequest request) {
        var name = checkedName(request.groupName());
        var group = checked(request, name);
        var wanted = TagRules.of(request.tagSpecifications(), RESOURCE_TYPE);
        return database.call(entities -> {
            entities.createNativeQuery("select 1 from (select pg_advisory_xact_lock(hashtextextended(:name, 0))) l")
                    .setParameter("name", "placement groups " + context.account())
                    .getSingleResult();
            var present = groups.all(entities, context.account());
            if (present.stream().anyMatch(each -> each.name.equals(name))) {
                throw PlacementGroupErrors.duplicate(name);
            }
            if (present.size() >= config.maxPerAccount()) {
                throw PlacementGroupErrors.limitExceeded(config.maxPerAccount());
            }
            var row = new PlacementGroupRow(group, context.account().value(), clock.instant());
            entities.persist(row);
            tags.put(context.account(), row.id, RESOURCE_TYPE, wanted);
            record(context, "placement-group.created", row);
            return CreatePlacementGroupResponse.builder()
                    .placementGroup(answer(row, wanted))
                    .build();
        });
    }

    DescribePlacementGroupsResponse describe(RequestContext context, DescribePlacementGroupsRequest request) {
        var selection = FILTERS.select(request.filters());
        return database.call(entities -> {
            request.groupNames().forEach(name -> groups.require(context.account(), name, null));
            request.groupIds().forEach(id -> groups.require(context.account(), null, id));
            var rows = groups.all(entities, context.account());
            var byId =
                    tags.of(context.account(), rows.stream().map(row -> row.id).toList());
            return DescribePlacementGroupsResponse.builder()
                    .placementGroups(rows.stream()
                            .filter(row -> named(request.groupNames(), row.name) && named(request.groupIds(), row.id))
                            .map(row -> answer(row, byId.getOrDefault(row.id, Map.of())))
                            .filter(selection)
                            .toList())
                    .build();
        });
    }

    DeletePlacementGroupResponse delete(RequestContext context, DeletePlacementGroupRequest request) {
        var name = checkedName(request.groupName());
        database.run(entities -> {
            var row = groups.find(entities, context.account(), "name", name)
                    .orElseThrow(() -> PlacementGroupErrors.unknown(name));
            if (groups.inUse(entities, row.id)) {
                throw PlacementGroupErrors.inUse(name);
            }
            entities.remove(row);
            tags.removeAll(context.account(), row.id);
            record(context, "placement-group.deleted", row);
        });
        return DeletePlacementGroupResponse.builder().build();
    }

    private static PlacementGroups.Group checked(CreatePlacementGroupRequest request, String name) {
        var wanted = request.strategyAsString() == null ? "cluster" : request.strategyAsString();
        var strategy = PlacementStrategy.ofAwsName(wanted)
                .orElseThrow(() ->
                        PlacementGroupErrors.invalid("strategy", wanted, "Expecting cluster, spread or partition."));
        checkLevel(request.spreadLevelAsString(), strategy);
        if (request.linkedGroupId() != null) {
            throw PlacementGroupErrors.unsupported("LinkedGroupId");
        }
        return new PlacementGroups.Group(newId(), name, strategy, partitions(request.partitionCount(), strategy));
    }

    private static void checkLevel(@Nullable String level, PlacementStrategy strategy) {
        if (level == null) {
            return;
        }
        if (!level.equals(RACK) && !level.equals(HOST)) {
            throw PlacementGroupErrors.invalid("spreadLevel", level, "Expecting rack or host.");
        }
        if (strategy != PlacementStrategy.SPREAD) {
            throw PlacementGroupErrors.combination("SpreadLevel is for the strategy spread");
        }
        if (level.equals(RACK)) {
            throw PlacementGroupErrors.noRacks();
        }
    }

    private static int partitions(@Nullable Integer asked, PlacementStrategy strategy) {
        if (strategy != PlacementStrategy.PARTITION) {
            if (asked != null) {
                throw PlacementGroupErrors.combination("PartitionCount is for the strategy partition");
            }
            return 0;
        }
        var count = asked == null ? USUAL_PARTITIONS : asked;
        if (count < 1 || count > MAX_PARTITIONS) {
            throw PlacementGroupErrors.invalid("partitionCount", count, "Expecting 1 to " + MAX_PARTITIONS + ".");
        }
        return count;
    }

    private static boolean named(List<String> wanted, String name) {
        return wanted.isEmpty() || wanted.contains(name);
    }

    private PlacementGroup answer(PlacementGroupRow row, Map<String, String> tags) {
        return PlacementGroup.builder()
                .groupId(row.id)
                .groupName(row.name)
                .groupArn("arn:aws:ec2:" + site.region() + ":" + row.accountId + ":placement-group/" + row.name)
                .state("available")
                .strategy(row.strategy)
                .spreadLevel(row.strategy() == PlacementStrategy.SPREAD ? HOST : null)
                .partitionCount(row.partitionCount == 0 ? null : row.partitionCount)
                .tags(TagRules.toList(tags))
                .build();
    }

    private void record(RequestContext context, String kind, PlacementGroupRow row) {
        events.append(
                new ChangeCause(
                        context.action(),
                        context.caller().arn(),
                        context.requestId(),
                        context.action() + " of placement group " + row.name),
                kind,
                row.id,
                context.account(),
                Map.of("name", row.name, "strategy", row.strategy));
    }

    private static String checkedName(@Nullable String name) {
        if (name == null || name.isEmpty()) {
            throw PlacementGroupErrors.missing("GroupName");
        }
        if (name.length() > MAX_NAME || !name.chars().allMatch(c -> c >= ' ' && c <= '~')) {
            throw PlacementGroupErrors.invalid(
                    "groupName", name, "Expecting at most " + MAX_NAME + " ASCII characters.");
        }
        return name;
    }

    private static String newId() {
        var bytes = new byte[ID_BYTES];
        RANDOM.nextBytes(bytes);
        return PREFIX + HexFormat.of().formatHex(bytes).substring(0, DIGITS);
    }
}
