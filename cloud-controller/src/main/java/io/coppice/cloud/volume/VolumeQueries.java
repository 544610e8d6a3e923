package io.coppice.cloud.volume;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.place.Zones;
import io.coppice.cloud.query.Filters;
import io.coppice.cloud.query.Page;
import io.coppice.cloud.query.PageLimits;
import io.coppice.cloud.query.Pages;
import io.coppice.foundation.id.VolumeId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.AttributeBooleanValue;
import software.amazon.awssdk.services.ec2.model.DescribeVolumeAttributeRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVolumeAttributeResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVolumeStatusRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVolumeStatusResponse;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesRequest;
import software.amazon.awssdk.services.ec2.model.DescribeVolumesResponse;
import software.amazon.awssdk.services.ec2.model.Filter;

/** The Describe actions on volumes. Thread-safe. */
@ApplicationScoped
class VolumeQueries implements ActionModule {
    private static final String VOLUME_ID = "volume-id";
    private static final PageLimits PAGES = PageLimits.usual("volumesSet");

    private static final Filters<Volume> VOLUMES = Filters.<Volume>builder()
            .value(VOLUME_ID, Volume::id)
            .value("status", volume -> volume.state().text())
            .value("size", volume -> volume.shape().sizeGib())
            .value("volume-type", volume -> volume.shape().kind().text())
            .value("availability-zone", volume -> volume.shape().zone())
            .value("create-time", Volume::createdAt)
            .value("encrypted", volume -> volume.shape().encrypted())
            .value("multi-attach-enabled", volume -> volume.shape().multiAttach())
            .value("fast-restored", volume -> false)
            .value("availability-zone-id", volume -> Zones.idOf(volume.shape().zone()))
            .value("operator.managed", volume -> false)
            .values(
                    "snapshot-id",
                    volume -> volume.shownSnapshotId() == null ? List.of() : List.of(volume.shownSnapshotId()))
            .never("operator.principal")
            .values("attachment.attach-time", attached(Volume.Attachment::since))
            .values("attachment.delete-on-termination", attached(Volume.Attachment::deleteOnTermination))
            .values("attachment.device", attached(Volume.Attachment::device))
            .values("attachment.instance-id", attached(Volume.Attachment::instanceId))
            .values(
                    "attachment.status",
                    attached(attachment -> attachment.state().text()))
            .tags(Volume::tags)
            .build();

    private static final Filters<Volume> STATUSES = Filters.<Volume>builder()
            .value(VOLUME_ID, Volume::id)
            .value("availability-zone", volume -> volume.shape().zone())
            .value("volume-status.status", volume -> VolumeAnswers.status(volume.state() != VolumeState.ERROR))
            .value("volume-status.details-status", volume -> volume.state() == VolumeState.ERROR ? "failed" : "passed")
            .value("volume-status.details-name", volume -> "io-enabled")
            .never(
                    "action.code",
                    "action.description",
                    "action.event-id",
                    "event.description",
                    "event.event-id",
                    "event.event-type",
                    "event.not-after",
                    "event.not-before")
            .build();

    private static Function<Volume, List<?>> attached(Function<Volume.Attachment, Object> read) {
        return volume -> volume.attachments().stream().map(read).toList();
    }

    private final VolumeStore store;
    private final Pages pages;

    VolumeQueries(VolumeStore store, Pages pages) {
        this.store = store;
        this.pages = pages;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(ActionRegistry.Service.EC2, "DescribeVolumes", DescribeVolumesRequest::builder, this::volumes);
        registry.add(
                ActionRegistry.Service.EC2,
                "DescribeVolumeStatus",
                DescribeVolumeStatusRequest::builder,
                this::statuses);
        registry.add(
                ActionRegistry.Service.EC2,
                "DescribeVolumeAttribute",
                DescribeVolumeAttributeRequest::builder,
                this::attribute);
    }

    DescribeVolumesResponse volumes(RequestContext context, DescribeVolumesRequest request) {
        var asked = new Asked(request.volumeIds(), request.filters(), request.maxResults(), request.nextToken());
        var page = read(context, VOLUMES, asked);
        return DescribeVolumesResponse.builder()
                .volumes(page.map(VolumeAnswers::volume))
                .nextToken(page.nextToken())
                .build();
    }

    DescribeVolumeStatusResponse statuses(RequestContext context, DescribeVolumeStatusRequest request) {
        var asked = new Asked(request.volumeIds(), request.filters(), request.maxResults(), request.nextToken());
        var page = read(context, STATUSES, asked);
        return DescribeVolumeStatusResponse.builder()
                .volumeStatuses(page.map(VolumeAnswers::status))
                .nextToken(page.nextToken())
                .build();
    }

    DescribeVolumeAttributeResponse attribute(RequestContext context, DescribeVolumeAttributeRequest request) {
        var id = VolumeActions.id(request.volumeId()).value();
        require(context, List.of(id));
        var enable = store.change(new VolumeId(id), VolumeRow::autoEnableIo).orElse(false);
        var answer = DescribeVolumeAttributeResponse.builder().volumeId(id);
        switch (String.valueOf(request.attributeAsString())) {
            case "autoEnableIO" ->
                answer.autoEnableIO(
                        AttributeBooleanValue.builder().value(enable).build());
            case "productCodes" -> answer.productCodes(List.of());
            case "null" -> throw VolumeErrors.missing("Attribute");
            default -> throw VolumeErrors.invalid("attribute", request.attributeAsString());
        }
        return answer.build();
    }

    private Page<Volume> read(RequestContext context, Filters<Volume> filters, Asked asked) {
        var ids = asked.ids();
        ids.forEach(VolumeActions::id);
        var page = pages.open(context, PAGES, asked.maxResults(), asked.nextToken(), !ids.isEmpty());
        var selection = filters.select(asked.filters());
        require(context, ids);
        var wanted = ids.isEmpty() ? selection.exactly(VOLUME_ID).orElse(null) : ids;
        return pages.read(
                page,
                (after, limit) -> store.list(context.account(), wanted, after, limit),
                selection,
                volume -> volume.id().value());
    }

    private void require(RequestContext context, List<String> ids) {
        if (ids.isEmpty()) {
            return;
        }
        var known = store.list(context.account(), ids, null, ids.size()).stream()
                .map(volume -> volume.id().value())
                .toList();
        ids.stream().filter(id -> !known.contains(id)).findFirst().ifPresent(id -> {
            throw VolumeErrors.notFound(id);
        });
    }

    /** What both listings are asked by. */
    private record Asked(
            List<String> ids,
            List<Filter> filters,
            @Nullable Integer maxResults,
            @Nullable String nextToken) {}
}
