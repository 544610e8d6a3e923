package io.coppice.cloud.volume;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.tag.TagRules;
import io.coppice.cloud.token.ClientTokens;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CopyVolumesRequest;
import software.amazon.awssdk.services.ec2.model.CopyVolumesResponse;
import software.amazon.awssdk.services.ec2.model.CreateVolumeRequest;

/**
 * CopyVolumes: a copy of a volume in its zone, as it is at the moment of the answer. It is made from a snapshot that nobody is
 * shown and that goes when the copy is there. Thread-safe.
 */
@ApplicationScoped
class VolumeCopyActions implements ActionModule {
    private final Database database;
    private final VolumeStore store;
    private final VolumeShapes shapes;
    private final VolumeCopies copies;
    private final VolumeKeeper keeper;
    private final ClientTokens tokens;

    VolumeCopyActions(
            Database database,
            VolumeStore store,
            VolumeShapes shapes,
            VolumeCopies copies,
            VolumeKeeper keeper,
            ClientTokens tokens) {
        this.database = database;
        this.store = store;
        this.shapes = shapes;
        this.copies = copies;
        this.keeper = keeper;
        this.tokens = tokens;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.EC2, "CopyVolumes", CopyVolumesRequest::builder, this::copy);
    }

    CopyVolumesResponse copy(RequestContext context, CopyVolumesRequest request) {
        if (request.sourceVolumeId() == null) {
            throw VolumeErrors.missing("SourceVolumeId");
        }
        var source = source(context, VolumeActions.id(request.sourceVolumeId()).value());
        var tags = TagRules.of(request.tagSpecifications(), VolumeStore.RESOURCE_TYPE);
        // Before anything is written: what cannot be had leaves nothing.
        var wanted = wanted(source, request);
        shapes.ofImage(context.account(), wanted, disk(source, null));
        var made = database.call(entities -> tokens.once(
                entities,
                context,
                request.clientToken(),
                request,
                () -> write(entities, context, source, wanted, tags)));
        if (made.fresh()) {
            copies.begin(made.resourceId());
        }
        keeper.signal();
        return CopyVolumesResponse.builder()
                .volumes(store.list(context.account(), List.of(made.resourceId()), null, 1).stream()
                        .map(VolumeAnswers::volume)
                        .toList())
                .build();
    }

    private Volume source(RequestContext context, String id) {
        var source = store.list(context.account(), List.of(id), null, 1).stream()
                .findFirst()
                .orElseThrow(() -> VolumeErrors.notFound(id));
        if (source.root()) {
            throw SnapshotErrors.rootDisk(id);
        }
        if (source.state() != VolumeState.AVAILABLE && source.state() != VolumeState.IN_USE) {
            throw SnapshotErrors.volumeNotReady(id, source.state().text());
        }
        return source;
    }

    /** What is not asked for is as the source has it, but for Multi-Attach. Throws {@code InvalidParameterValue}. */
    private static CreateVolumeRequest wanted(Volume source, CopyVolumesRequest request) {
        var shape = source.shape();
        if (request.size() != null && request.size() < shape.sizeGib()) {
            throw VolumeErrors.shrunk();
        }
        var type = request.volumeTypeAsString() == null ? shape.kind().text() : request.volumeTypeAsString();
        var sameType = type.equals(shape.kind().text());
        return CreateVolumeRequest.builder()
                .availabilityZone(shape.zone())
                .size(Objects.requireNonNullElse(request.size(), shape.sizeGib()))
                .volumeType(type)
                .iops(request.iops() == null && sameType ? shape.iops() : request.iops())
                .multiAttachEnabled(request.multiAttachEnabled())
                .build();
    }

    private static DiskMapping disk(Volume source, @Nullable String snapshotId) {
        var shape = source.shape();
        return new DiskMapping(
                "/dev/sdf", snapshotId, shape.sizeGib(), shape.kind().text(), shape.iops(), false);
    }

    private String write(
            EntityManager entities,
            RequestContext context,
            Volume source,
            CreateVolumeRequest wanted,
            Map<String, String> tags) {
        var snapshot = copies.keep(entities, source);
        var shape = shapes.ofImage(context.account(), wanted, disk(source, snapshot));
        return copies.make(entities, context, source, shape, tags);
    }
}
