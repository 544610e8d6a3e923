package io.coppice.cloud.rootvolume;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.query.PageLimits;
import io.coppice.cloud.query.Pages;
import io.coppice.cloud.tag.TagRules;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CreateReplaceRootVolumeTaskRequest;
import software.amazon.awssdk.services.ec2.model.CreateReplaceRootVolumeTaskResponse;
import software.amazon.awssdk.services.ec2.model.DescribeReplaceRootVolumeTasksRequest;
import software.amazon.awssdk.services.ec2.model.DescribeReplaceRootVolumeTasksResponse;
import software.amazon.awssdk.services.ec2.model.ReplaceRootVolumeTask;

/** CreateReplaceRootVolumeTask and DescribeReplaceRootVolumeTasks. Thread-safe. */
@ApplicationScoped
class ReplacementActions implements ActionModule {
    private static final PageLimits PAGES = PageLimits.usual("replaceRootVolumeTaskSet");
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss'Z'").withZone(ZoneOffset.UTC);

    private static final Filters<Replacements.Tagged> FILTERS = Filters.<Replacements.Tagged>builder()
            .value("instance-id", task -> task.row().instanceId())
            .build();

    private final Replacements replacements;
    private final ReplacementAdmission admission;
    private final Pages pages;

    ReplacementActions(Replacements replacements, ReplacementAdmission admission, Pages pages) {
        this.replacements = replacements;
        this.admission = admission;
        this.pages = pages;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(
                Service.EC2, "CreateReplaceRootVolumeTask", CreateReplaceRootVolumeTaskRequest::builder, this::create);
        registry.add(
                Service.EC2,
                "DescribeReplaceRootVolumeTasks",
                DescribeReplaceRootVolumeTasksRequest::builder,
                this::describe);
    }

    CreateReplaceRootVolumeTaskResponse create(RequestContext context, CreateReplaceRootVolumeTaskRequest request) {
        var tags = TagRules.of(request.tagSpecifications(), Replacements.RESOURCE_TYPE);
        var id = admission.admit(context, request, tags);
        var made = replacements.list(context.account(), List.of(id), null, 1).getFirst();
        return CreateReplaceRootVolumeTaskResponse.builder()
                .replaceRootVolumeTask(answer(made))
                .build();
    }

    DescribeReplaceRootVolumeTasksResponse describe(
            RequestContext context, DescribeReplaceRootVolumeTasksRequest request) {
        var ids = request.replaceRootVolumeTaskIds();
        ids.forEach(ReplacementActions::check);
        var page = pages.open(context, PAGES, request.maxResults(), request.nextToken(), !ids.isEmpty());
        var selection = FILTERS.select(request.filters());
        var found = pages.read(
                page,
                (after, limit) -> replacements.list(context.account(), ids, after, limit),
                selection,
                task -> task.row().id());
        requireAll(context, ids);
        return DescribeReplaceRootVolumeTasksResponse.builder()
                .replaceRootVolumeTasks(found.map(ReplacementActions::answer))
                .nextToken(found.nextToken())
                .build();
    }

    private void requireAll(RequestContext context, List<String> ids) {
        if (ids.isEmpty()) {
            return;
        }
        var known = replacements.list(context.account(), ids, null, ids.size()).stream()
                .map(task -> task.row().id())
                .toList();
        ids.stream().filter(id -> !known.contains(id)).findFirst().ifPresent(id -> {
            throw ReplacementErrors.notFound(id);
        });
    }

    private static void check(String id) {
        if (!ReplacementIds.isOne(id)) {
            throw ReplacementErrors.malformed(id);
        }
    }

    private static ReplaceRootVolumeTask answer(Replacements.Tagged task) {
        var row = task.row();
        return ReplaceRootVolumeTask.builder()
                .replaceRootVolumeTaskId(row.id())
                .instanceId(row.instanceId())
                .taskState(row.state().text())
                .startTime(date(row.startedAt()))
                .completeTime(date(row.completedAt()))
                .imageId(row.imageId())
                .snapshotId(row.snapshotId())
                .deleteReplacedRootVolume(row.deleteReplaced())
                .tags(TagRules.toList(task.tags()))
                .build();
    }

    private static @Nullable String date(@Nullable Instant time) {
        return time == null ? null : DATE.format(time);
    }
}
