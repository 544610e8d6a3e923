package io.coppice.cloud.volume;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.tag.TagRules;
import io.coppice.foundation.id.MalformedIdException;
import io.coppice.foundation.id.VolumeId;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CreateVolumeRequest;
import software.amazon.awssdk.services.ec2.model.CreateVolumeResponse;
import software.amazon.awssdk.services.ec2.model.DeleteVolumeRequest;
import software.amazon.awssdk.services.ec2.model.DeleteVolumeResponse;

/** CreateVolume and DeleteVolume: both write what is wanted, and {@link VolumeKeeper} sees to it. Thread-safe. */
@ApplicationScoped
class VolumeActions implements ActionModule {
    private static final int MAX_TOKEN = 64;

    private final Database database;
    private final VolumeStore store;
    private final VolumeKeeper keeper;
    private final VolumeShapes shapes;
    private final EventLog events;
    private final Clock clock;

    VolumeActions(Database database, VolumeStore store, VolumeKeeper keeper, VolumeShapes shapes, Clock clock) {
        this.database = database;
        this.store = store;
        this.keeper = keeper;
        this.shapes = shapes;
        this.events = keeper.events();
        this.clock = clock;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(ActionRegistry.Service.EC2, "CreateVolume", CreateVolumeRequest::builder, this::create);
        registry.add(ActionRegistry.Service.EC2, "DeleteVolume", DeleteVolumeRequest::builder, this::delete);
    }

    CreateVolumeResponse create(RequestContext context, CreateVolumeRequest request) {
        var volume = new Volume(
                VolumeId.random(),
                context.account(),
                shapes.of(context.account(), request),
                VolumeState.CREATING,
                "",
                1,
                clock.instant().truncatedTo(ChronoUnit.MILLIS),
                TagRules.of(request.tagSpecifications(), VolumeStore.RESOURCE_TYPE),
                List.of());
        var token = request.clientToken();
        if (token != null && token.length() > MAX_TOKEN) {
            throw VolumeErrors.invalid("clientToken", token);
        }
        var added = database.call(entities -> {
            var result = store.add(volume, token);
            if (result.fresh()) {
                record(context, "volume.created", volume);
            }
            return result.volume();
        });
        keeper.signal();
        var answer = VolumeAnswers.volume(added);
        return CreateVolumeResponse.builder()
                .volumeId(answer.volumeId())
                .size(answer.size())
                .snapshotId(answer.snapshotId())
                .availabilityZone(answer.availabilityZone())
                .state(answer.stateAsString())
                .createTime(answer.createTime())
                .volumeType(answer.volumeTypeAsString())
                .iops(answer.iops())
                .encrypted(answer.encrypted())
                .kmsKeyId(answer.kmsKeyId())
                .multiAttachEnabled(answer.multiAttachEnabled())
                .tags(answer.tags())
                .build();
    }

    DeleteVolumeResponse delete(RequestContext context, DeleteVolumeRequest request) {
        var id = id(request.volumeId());
        database.run(entities -> {
            var found = store.list(context.account(), List.of(id.value()), null, 1).stream()
                    .filter(volume -> volume.state() != VolumeState.DELETING)
                    .findFirst()
                    .orElseThrow(() -> VolumeErrors.notFound(id.value()));
            found.attachments().stream().findFirst().ifPresent(attachment -> {
                throw VolumeErrors.inUse(id.value(), attachment.instanceId());
            });
            var deleted = store.change(id, row -> {
                if (row.is(VolumeState.DELETING)) {
                    return false;
                }
                row.delete();
                return true;
            });
            if (deleted.orElse(false)) {
                record(context, "volume.delete-requested", found);
            }
        });
        keeper.signal();
        return DeleteVolumeResponse.builder().build();
    }

    static VolumeId id(@Nullable String text) {
        if (text == null) {
            throw VolumeErrors.missing("VolumeId");
        }
        try {
            return new VolumeId(text);
        } catch (MalformedIdException e) {
            throw VolumeErrors.malformed(text);
        }
    }

    private void record(RequestContext context, String kind, Volume volume) {
        events.append(
                new ChangeCause(
                        context.action(),
                        context.caller().arn(),
                        context.requestId(),
                        context.action() + " of volume " + volume.id()),
                kind,
                volume.id().value(),
                volume.account(),
                Map.of(
                        "size_gib", volume.shape().sizeGib(),
                        "type", volume.shape().kind().text(),
                        "zone", volume.shape().zone()));
    }
}
