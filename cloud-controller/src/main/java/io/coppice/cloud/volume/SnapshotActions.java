package io.coppice.cloud.volume;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.tag.TagRules;
import io.coppice.foundation.id.MalformedIdException;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.role.SiteConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CopySnapshotRequest;
import software.amazon.awssdk.services.ec2.model.CopySnapshotResponse;
import software.amazon.awssdk.services.ec2.model.CreateSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.CreateSnapshotResponse;
import software.amazon.awssdk.services.ec2.model.CreateSnapshotsRequest;
import software.amazon.awssdk.services.ec2.model.CreateSnapshotsResponse;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotRequest;
import software.amazon.awssdk.services.ec2.model.DeleteSnapshotResponse;
import software.amazon.awssdk.services.ec2.model.TagSpecification;

/**
 * The actions that make and remove snapshots. Those that make one ask the EBS controller before they answer: what is written
 * to the volume after the answer is not in the snapshot. Thread-safe.
 */
@ApplicationScoped
class SnapshotActions implements ActionModule {
    /** What AWS answers as the volume of a copy. */
    private static final String NO_VOLUME = "vol-ffffffff";

    private static final int MAX_DESCRIPTION = 255;

    private final Database database;
    private final SnapshotStore store;
    private final VolumeStore volumes;
    private final StoredSnapshots snapshots;
    private final SiteConfig site;

    SnapshotActions(
            Database database, SnapshotStore store, VolumeStore volumes, StoredSnapshots snapshots, SiteConfig site) {
        this.database = database;
        this.store = store;
        this.volumes = volumes;
        this.snapshots = snapshots;
        this.site = site;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(ActionRegistry.Service.EC2, "CreateSnapshot", CreateSnapshotRequest::builder, this::create);
        registry.add(ActionRegistry.Service.EC2, "CreateSnapshots", CreateSnapshotsRequest::builder, this::createAll);
        registry.add(ActionRegistry.Service.EC2, "CopySnapshot", CopySnapshotRequest::builder, this::copy);
        registry.add(ActionRegistry.Service.EC2, "DeleteSnapshot", DeleteSnapshotRequest::builder, this::delete);
    }

    CreateSnapshotResponse create(RequestContext context, CreateSnapshotRequest request) {
        var volumeId = VolumeActions.id(request.volumeId()).value();
        var volume = volumes.list(context.account(), List.of(volumeId), null, 1).stream()
                .findFirst()
                .orElseThrow(() -> VolumeErrors.notFound(volumeId));
        var wish = ofVolume(volume, text(request.description()), tags(request.tagSpecifications()));
        return SnapshotAnswers.created(add(context, List.of(wish)).getFirst());
    }

    CreateSnapshotsResponse createAll(RequestContext context, CreateSnapshotsRequest request) {
        var of = request.instanceSpecification();
        if (of == null || of.instanceId() == null) {
            throw VolumeErrors.missing("InstanceSpecification.InstanceId");
        }
        var given = tags(request.tagSpecifications());
        var copiesTags = "volume".equals(request.copyTagsFromSourceAsString());
        var attached = volumes.ofInstance(context.account(), of.instanceId());
        var withoutRoot = Boolean.TRUE.equals(of.excludeBootVolume());
        if (!withoutRoot && attached.stream().noneMatch(SnapshotActions::isBootVolume)) {
            throw SnapshotErrors.rootDisk("of " + of.instanceId());
        }
        var wishes = attached.stream()
                .filter(volume -> !(withoutRoot && isBootVolume(volume)))
                .filter(volume ->
                        !of.excludeDataVolumeIds().contains(volume.id().value()))
                .map(volume -> {
                    var all = new HashMap<>(copiesTags ? volume.tags() : Map.of());
                    all.putAll(given);
                    return ofVolume(volume, text(request.description()), all);
                })
                .toList();
        if (wishes.isEmpty()) {
            throw VolumeErrors.invalid("InstanceId", of.instanceId() + " has no volumes");
        }
        return CreateSnapshotsResponse.builder()
                .snapshots(
                        add(context, wishes).stream().map(SnapshotAnswers::info).toList())
                .build();
    }

    private static boolean isBootVolume(Volume volume) {
        return volume.attachments().stream().anyMatch(attachment -> LaunchVolumes.isRoot(attachment.device()));
    }

    CopySnapshotResponse copy(RequestContext context, CopySnapshotRequest request) {
        if (request.sourceRegion() == null) {
            throw VolumeErrors.missing("SourceRegion");
        }
        if (!request.sourceRegion().equals(site.region())) {
            throw SnapshotErrors.otherRegion(request.sourceRegion());
        }
        var encryption = EncryptionWish.of(request.encrypted(), request.kmsKeyId());
        var source = completed(context, id(request.sourceSnapshotId(), "SourceSnapshotId"));
        var wish = new Snapshots.Wish(
                NO_VOLUME,
                source.id().value(),
                source.sizeGib(),
                text(request.description()),
                tags(request.tagSpecifications()),
                encryption);
        var made = add(context, List.of(wish)).getFirst();
        return CopySnapshotResponse.builder()
                .snapshotId(made.id().value())
                .tags(TagRules.toList(made.tags()))
                .build();
    }

    DeleteSnapshotResponse delete(RequestContext context, DeleteSnapshotRequest request) {
        var snapshot = store.own(context.account(), id(request.snapshotId(), "SnapshotId"));
        database.run(entities -> snapshots.delete(
                entities,
                cause(context, "Delete snapshot " + snapshot.id()),
                context.account(),
                snapshot.id().value()));
        snapshots.signal();
        return DeleteSnapshotResponse.builder().build();
    }

    private Snapshot completed(RequestContext context, String id) {
        var found = store.require(context.account(), id);
        if (found.state() != SnapshotState.COMPLETED) {
            throw SnapshotErrors.notCompleted(id);
        }
        return found;
    }

    private static Snapshots.Wish ofVolume(Volume volume, String description, Map<String, String> tags) {
        var id = volume.id().value();
        if (volume.root()) {
            throw SnapshotErrors.rootDisk(id);
        }
        if (volume.state() != VolumeState.AVAILABLE && volume.state() != VolumeState.IN_USE) {
            throw SnapshotErrors.volumeNotReady(id, volume.state().text());
        }
        return new Snapshots.Wish(id, null, volume.shape().sizeGib(), description, tags);
    }

    private List<Snapshot> add(RequestContext context, List<Snapshots.Wish> wishes) {
        var made = database.call(entities -> snapshots.add(
                entities, cause(context, "Take " + wishes.size() + " snapshots"), context.account(), wishes));
        snapshots.begin(made.stream().map(snapshot -> snapshot.id().value()).toList());
        return made;
    }

    private static Map<String, String> tags(List<TagSpecification> specifications) {
        return TagRules.of(specifications, SnapshotStore.RESOURCE_TYPE);
    }

    private static String text(@Nullable String description) {
        var text = Objects.requireNonNullElse(description, "");
        if (text.length() > MAX_DESCRIPTION) {
            throw VolumeErrors.invalid("Description", "more than " + MAX_DESCRIPTION + " characters");
        }
        return text;
    }

    /** A snapshot's id of a request, checked for its form. */
    static String id(@Nullable String text, String parameter) {
        if (text == null) {
            throw VolumeErrors.missing(parameter);
        }
        try {
            return new SnapshotId(text).value();
        } catch (MalformedIdException e) {
            throw SnapshotErrors.malformed(text);
        }
    }

    private static ChangeCause cause(RequestContext context, String summary) {
        return new ChangeCause(context.action(), context.caller().arn(), context.requestId(), summary);
    }
}
