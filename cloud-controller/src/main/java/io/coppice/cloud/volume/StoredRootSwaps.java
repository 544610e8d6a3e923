package io.coppice.cloud.volume;

import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.VolumeId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.CreateVolumeRequest;

/** Root volumes that change places, as rows of volumes and attachments. Thread-safe. */
@ApplicationScoped
class StoredRootSwaps implements RootSwaps {
    private static final String RUNNING = "running";
    private static final String FIRST = "/dev/sda1";

    private final VolumeStore store;
    private final SnapshotStore snapshots;
    private final VolumeShapes shapes;
    private final AttachmentBook book;
    private final VolumeHolders holders;
    private final Clock clock;

    StoredRootSwaps(
            VolumeStore store,
            SnapshotStore snapshots,
            VolumeShapes shapes,
            AttachmentBook book,
            VolumeHolders holders,
            Clock clock) {
        this.store = store;
        this.snapshots = snapshots;
        this.shapes = shapes;
        this.book = book;
        this.holders = holders;
        this.clock = clock;
    }

    @Override
    public Root require(EntityManager entities, AccountId account, String instanceId) {
        var holder = holders.require(entities, account, instanceId);
        if (!holder.state().equals(RUNNING)) {
            throw VolumeErrors.rootOfStopped(instanceId, holder.state());
        }
        if (!holder.rootIsVolume()) {
            throw VolumeErrors.rootOnHost(instanceId);
        }
        var attachment = root(entities, instanceId);
        if (attachment == null || attachment.state() != AttachmentState.ATTACHED) {
            throw VolumeErrors.notAttached(
                    "root", attachment == null ? "detached" : attachment.state().text());
        }
        return new Root(
                attachment.volumeId(),
                instanceId,
                row(entities, attachment.volumeId()).shape().snapshotId());
    }

    private @Nullable AttachmentRow root(EntityManager entities, String instanceId) {
        return book.ofInstances(entities, List.of(instanceId)).stream()
                .filter(each -> each.state() != AttachmentState.FILLING && LaunchVolumes.isRoot(each.device()))
                .findFirst()
                .orElse(null);
    }

    private static VolumeRow row(EntityManager entities, String volumeId) {
        return Objects.requireNonNull(entities.find(VolumeRow.class, volumeId));
    }

    @Override
    public String make(EntityManager entities, AccountId account, Root root, Origin origin) {
        var volume = new Volume(
                VolumeId.random(),
                account,
                shape(entities, account, row(entities, root.volumeId()).shape(), origin),
                VolumeState.CREATING,
                "",
                1,
                now(),
                Map.of(),
                List.of());
        store.add(volume, null);
        var id = volume.id().value();
        var row = row(entities, id);
        row.hide();
        // No device is named so: it does not stand in the way of the one that is there. It goes when the instance does.
        book.attach(
                entities,
                row,
                new Volume.Attachment(root.instanceId(), "root " + id, AttachmentState.FILLING, true, now()));
        return id;
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    /** Of the same type as the present one, and as large at least. */
    private Volume.Shape shape(EntityManager entities, AccountId account, Volume.Shape present, Origin origin) {
        var request = CreateVolumeRequest.builder()
                .availabilityZone(present.zone())
                .volumeType(present.kind().text())
                .iops(present.iops())
                .encrypted(present.encrypted() ? Boolean.TRUE : null)
                .kmsKeyId(present.kmsKeyId());
        return switch (origin) {
            case Origin.Chosen chosen -> {
                var snapshot = snapshots.require(account, SnapshotActions.id(chosen.snapshotId(), "SnapshotId"));
                if (!chosen.lineage().contains(snapshot.volumeId())) {
                    throw SnapshotErrors.otherLineage(chosen.snapshotId());
                }
                yield shapes.of(
                        account,
                        request.snapshotId(chosen.snapshotId())
                                .size(Math.max(present.sizeGib(), snapshot.sizeGib()))
                                .build());
            }
            case Origin.Launched launched -> {
                if (snapshots.states(List.of(launched.snapshotId())).get(launched.snapshotId())
                        != SnapshotState.COMPLETED) {
                    throw SnapshotErrors.notFound(launched.snapshotId());
                }
                var disk = new DiskMapping(
                        FIRST, launched.snapshotId(), 1, present.kind().text(), present.iops(), true);
                yield shapes.ofImage(account, request.size(present.sizeGib()).build(), disk);
            }
            case Origin.OfImage image ->
                shapes.ofImage(
                        account,
                        request.size(Math.max(present.sizeGib(), image.disk().sizeGib()))
                                .build(),
                        image.disk());
        };
    }

    @Override
    public @Nullable String failure(EntityManager entities, String volumeId) {
        var row = entities.find(VolumeRow.class, volumeId);
        if (row == null || book.find(entities, volumeId).isEmpty()) {
            return "the new volume " + volumeId + " is gone";
        }
        return row.is(VolumeState.ERROR) ? row.toVolume(Map.of()).errorMessage() : null;
    }

    @Override
    public boolean isReady(EntityManager entities, String volumeId) {
        return book.find(entities, volumeId)
                .map(attachment -> attachment.exportPath() != null)
                .orElse(false);
    }

    @Override
    public void swap(EntityManager entities, String instanceId, String volumeId, @Nullable String deleted, Instant at) {
        var made = book.find(entities, volumeId).orElseThrow();
        var present = root(entities, instanceId);
        // Its owner may have taken it away while the instance was stopped.
        var device = present == null ? FIRST : present.device();
        var deleteOnTermination = present == null || present.deleteOnTermination();
        if (present != null) {
            var row = Objects.requireNonNull(
                    entities.find(VolumeRow.class, present.volumeId(), LockModeType.PESSIMISTIC_WRITE));
            book.release(entities, present);
            // What its owner has put there meanwhile is not what he wanted deleted.
            if (present.volumeId().equals(deleted)) {
                row.delete();
            }
            // The device is free before another volume has it.
            entities.flush();
        }
        made.takePlace(device, deleteOnTermination, at);
        row(entities, volumeId).show();
        entities.flush();
        book.signal();
    }

    @Override
    public boolean isAttached(EntityManager entities, String volumeId) {
        return book.find(entities, volumeId)
                .filter(attachment -> attachment.state() == AttachmentState.ATTACHED)
                .isPresent();
    }

    @Override
    public void discard(EntityManager entities, String volumeId) {
        var row = entities.find(VolumeRow.class, volumeId, LockModeType.PESSIMISTIC_WRITE);
        if (row != null && !row.is(VolumeState.DELETING)) {
            book.find(entities, volumeId).ifPresent(entities::remove);
            row.delete();
            book.signal();
        }
    }

    @Override
    public void signal() {
        book.signal();
    }
}
