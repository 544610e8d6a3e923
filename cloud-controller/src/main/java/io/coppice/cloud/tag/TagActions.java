package io.coppice.cloud.tag;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.query.PageLimits;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.store.Database;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.ec2.model.CreateTagsRequest;
import software.amazon.awssdk.services.ec2.model.CreateTagsResponse;
import software.amazon.awssdk.services.ec2.model.DeleteTagsRequest;
import software.amazon.awssdk.services.ec2.model.DeleteTagsResponse;
import software.amazon.awssdk.services.ec2.model.DescribeTagsRequest;
import software.amazon.awssdk.services.ec2.model.DescribeTagsResponse;
import software.amazon.awssdk.services.ec2.model.Tag;
import software.amazon.awssdk.services.ec2.model.TagDescription;

/** CreateTags, DeleteTags and DescribeTags. Thread-safe. */
@ApplicationScoped
class TagActions implements ActionModule {
    private static final int MAX_RESOURCES = 1000;
    private static final String RESOURCE_ID = "resource-id";
    private static final PageLimits PAGES = PageLimits.usual("resourcesSet");
    private static final Filters<ResourceTag> FILTERS = Filters.<ResourceTag>builder()
            .value("key", ResourceTag::key)
            .value("value", ResourceTag::value)
            .value(RESOURCE_ID, ResourceTag::resourceId)
            .value("resource-type", ResourceTag::resourceType)
            .tags(ResourceTag::asMap)
            .build();

    private final Database database;
    private final StoredTags tags;
    private final TaggableResources resources;
    private final Pages pages;
    private final EventLog events;

    TagActions(Database database, StoredTags tags, TaggableResources resources, Pages pages, EventLog events) {
        this.database = database;
        this.tags = tags;
        this.resources = resources;
        this.pages = pages;
        this.events = events;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(ActionRegistry.Service.EC2, "CreateTags", CreateTagsRequest::builder, this::create);
        registry.add(ActionRegistry.Service.EC2, "DeleteTags", DeleteTagsRequest::builder, this::delete);
        registry.add(ActionRegistry.Service.EC2, "DescribeTags", DescribeTagsRequest::builder, this::describe);
    }

    CreateTagsResponse create(RequestContext context, CreateTagsRequest request) {
        checkResources(request.resources());
        if (request.tags().isEmpty()) {
            throw TagErrors.missing("Tag");
        }
        var wanted = TagRules.toMap(request.tags());
        database.run(entities -> {
            for (var id : request.resources()) {
                var kind = resources.require(context.account(), id);
                tags.put(context.account(), id, kind.resourceType(), wanted);
                record(context, "tag.set", id, kind, wanted.keySet());
            }
        });
        return CreateTagsResponse.builder().build();
    }

    DeleteTagsResponse delete(RequestContext context, DeleteTagsRequest request) {
        checkResources(request.resources());
        checkRemovable(request.tags());
        database.run(entities -> {
            for (var id : request.resources()) {
                var kind = resources.require(context.account(), id);
                if (request.tags().isEmpty()) {
                    tags.removeGiven(context.account(), id);
                }
                for (var tag : request.tags()) {
                    tags.remove(context.account(), id, tag.key(), tag.value());
                }
                var keys = request.tags().stream().map(Tag::key).toList();
                record(context, "tag.removed", id, kind, keys);
            }
        });
        return DeleteTagsResponse.builder().build();
    }

    DescribeTagsResponse describe(RequestContext context, DescribeTagsRequest request) {
        var page = pages.open(context, PAGES, request.maxResults(), request.nextToken(), false);
        var selection = FILTERS.select(request.filters());
        var ids = selection.exactly(RESOURCE_ID).orElse(null);
        var found = pages.read(
                page,
                (after, limit) -> tags.list(context.account(), ids, after, limit),
                selection,
                ResourceTag::sortKey);
        return DescribeTagsResponse.builder()
                .tags(found.map(tag -> TagDescription.builder()
                        .key(tag.key())
                        .value(tag.value())
                        .resourceId(tag.resourceId())
                        .resourceType(tag.resourceType())
                        .build()))
                .nextToken(found.nextToken())
                .build();
    }

    private static void checkRemovable(List<Tag> tags) {
        for (var tag : tags) {
            if (tag.key() == null) {
                throw TagErrors.missing("Tag.Key");
            }
            TagRules.checkNotReserved(tag.key());
        }
    }

    private static void checkResources(List<String> ids) {
        if (ids.isEmpty()) {
            throw TagErrors.missing("ResourceId");
        }
        if (ids.size() > MAX_RESOURCES) {
            throw TagErrors.tooManyResources(MAX_RESOURCES);
        }
    }

    private void record(
            RequestContext context, String kind, String id, TaggableResource resource, Iterable<String> keys) {
        var cause = new ChangeCause(
                context.action(), context.caller().arn(), context.requestId(), context.action() + " on " + id);
        events.append(
                cause,
                kind,
                id,
                context.account(),
                Map.of("resource_type", resource.resourceType(), "keys", String.join(",", keys)));
    }
}
