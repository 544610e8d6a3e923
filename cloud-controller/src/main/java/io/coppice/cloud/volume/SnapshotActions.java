package io.coppice.cloud.volume;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.tag.TagRules;
import io.coppice.foundation.id.MalformedIdException;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.role.SiteConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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
    private final SnapshotKeeper keeper;
    private final EventLog events;
    private final SnapshotSite site;

    SnapshotActions(
            Database database,
            SnapshotStore store,
            VolumeStore volumes,
            SnapshotKeeper keeper,
            EventLog events,
            SnapshotSite site) {
        this.database = database;
        this.store = store;
        this.volumes = volumes;
        this.keeper = keeper;
        this.events = events;
        this.site = site;
    }

    /** Where and when. */
    @ApplicationScoped
    static class SnapshotSite {
        private final SiteConfig config;
        private final Clock clock;

        SnapshotSite(SiteConfig config, Clock clock) {
            this.config = config;
            this.clock = clock;
        }

        String region() {
            return config.region();
        }

        Instant now() {
            return clock.instant().truncatedTo(ChronoUnit.MILLIS);
        }
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
        var made = ofVolume(context, volume, text(request.description()), tags(request.tagSpecifications()));
        add(context, List.of(made));
        return SnapshotAnswers.created(made);
    }

    CreateSnapshotsResponse createAll(RequestContext context, CreateSnapshotsRequest request) {
        var of = request.instanceSpecification();
        if (of == null || of.instanceId() == null) {
            throw VolumeErrors.missing("InstanceSpecification.InstanceId");
        }
        if (!Boolean.TRUE.equals(of.excludeBootVolume())) {
            throw SnapshotErrors.rootDisk("of " + of.instanceId());
        }
        var given = tags(request.tagSpecifications());
        var copiesTags = "volume".equals(request.copyTagsFromSourceAsString());
        var made = volumes.ofInstance(context.account(), of.instanceId()).stream()
                .filter(volume ->
                        !of.excludeDataVolumeIds().contains(volume.id().value()))
                .map(volume -> {
                    var all = new HashMap<>(copiesTags ? volume.tags() : Map.of());
                    all.putAll(given);
                    return ofVolume(context, volume, text(request.description()), all);
                })
                .toList();
        if (made.isEmpty()) {
            throw VolumeErrors.invalid("InstanceId", of.instanceId() + " has no volumes");
        }
        add(context, made);
        return CreateSnapshotsResponse.builder()
                .snapshots(made.stream().map(SnapshotAnswers::info).toList())
                .build();
    }

    CopySnapshotResponse copy(RequestContext context, CopySnapshotRequest request) {
        if (request.sourceRegion() == null) {
            throw VolumeErrors.missing("SourceRegion");
        }
        if (!request.sourceRegion().equals(site.region())) {
            throw SnapshotErrors.otherRegion(request.sourceRegion());
        }
        if (Boolean.TRUE.equals(request.encrypted()) || request.kmsKeyId() != null) {
            throw VolumeErrors.unsupported("An encrypted snapshot");
        }
        var source = completed(context, id(request.sourceSnapshotId(), "SourceSnapshotId"));
        var made = snapshot(
                context,
                NO_VOLUME,
                source.id().value(),
                source.sizeGib(),
                request.description() == null ? source.description() : text(request.description()),
                tags(request.tagSpecifications()));
        add(context, List.of(made));
        return CopySnapshotResponse.builder()
                .snapshotId(made.id().value())
                .tags(TagRules.toList(made.tags()))
                .build();
    }

    DeleteSnapshotResponse delete(RequestContext context, DeleteSnapshotRequest request) {
        var snapshot = store.own(context.account(), id(request.snapshotId(), "SnapshotId"));
        database.run(entities -> {
            if (store.change(snapshot.id(), SnapshotRow::delete)) {
                record(context, "snapshot.delete-requested", snapshot);
            }
        });
        keeper.signal();
        return DeleteSnapshotResponse.builder().build();
    }

    private Snapshot completed(RequestContext context, String id) {
        var found = store.require(context.account(), id);
        if (found.state() != SnapshotState.COMPLETED) {
            throw SnapshotErrors.notCompleted(id);
        }
        return found;
    }

    private Snapshot ofVolume(RequestContext context, Volume volume, String description, Map<String, String> tags) {
        var id = volume.id().value();
        if (volume.root()) {
            throw SnapshotErrors.rootDisk(id);
        }
        if (volume.state() != VolumeState.AVAILABLE && volume.state() != VolumeState.IN_USE) {
            throw SnapshotErrors.volumeNotReady(id, volume.state().text());
        }
        return snapshot(context, id, null, volume.shape().sizeGib(), description, tags);
    }

    private Snapshot snapshot(
            RequestContext context,
            String volumeId,
            @Nullable String sourceId,
            int sizeGib,
            String description,
            Map<String, String> tags) {
        return new Snapshot(
                SnapshotId.random(),
                context.account(),
                volumeId,
                sourceId,
                sizeGib,
                description,
                SnapshotState.PENDING,
                "",
                Snapshot.Sharing.NONE,
                site.now(),
                null,
                tags);
    }

    private void add(RequestContext context, List<Snapshot> made) {
        database.run(entities -> {
            store.add(entities, context.account(), made);
            made.forEach(snapshot -> record(context, "snapshot.created", snapshot));
        });
        made.forEach(keeper::takeNow);
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

    private void record(RequestContext context, String kind, Snapshot snapshot) {
        events.append(
                new ChangeCause(
                        context.action(),
                        context.caller().arn(),
                        context.requestId(),
                        context.action() + " of snapshot " + snapshot.id()),
                kind,
                snapshot.id().value(),
                snapshot.owner(),
                Map.of("volume", snapshot.volumeId(), "size_gib", snapshot.sizeGib()));
    }
}
