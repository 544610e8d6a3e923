package io.coppice.cloud.volume;

import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.SnapshotId;
import io.quarkus.arc.All;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes snapshots and lets them go, for the actions on them and for other features. Thread-safe. */
@ApplicationScoped
class StoredSnapshots implements Snapshots {
    private final VolumeStore volumes;
    private final SnapshotStore store;
    private final SnapshotTaker taker;
    private final SnapshotKeeper keeper;
    private final SnapshotBin bin;
    private final List<SnapshotUse> uses;
    private final VolumeEncryption encryption;
    private final EventLog events;
    private final Clock clock;

    StoredSnapshots(
            VolumeStore volumes,
            SnapshotStore store,
            SnapshotTaker taker,
            SnapshotBin bin,
            @All List<SnapshotUse> uses,
            VolumeEncryption encryption,
            EventLog events) {
        this.volumes = volumes;
        this.store = store;
        this.taker = taker;
        this.keeper = taker.keeper();
        this.bin = bin;
        this.uses = uses;
        this.encryption = encryption;
        this.events = events;
        this.clock = keeper.clock();
    }

    @Override
    public int ownGib(AccountId account, String snapshotId) {
        return store.own(account, SnapshotActions.id(snapshotId, "SnapshotId")).sizeGib();
    }

    @Override
    public List<OfInstance> ofInstance(AccountId account, String instanceId) {
        return volumes.ofInstance(account, instanceId).stream()
                .flatMap(volume -> volume.attachments().stream()
                        .filter(attachment -> attachment.instanceId().equals(instanceId))
                        .map(attachment -> new OfInstance(volume.id().value(), disk(volume.shape(), attachment))))
                .toList();
    }

    private static DiskMapping disk(Volume.Shape shape, Volume.Attachment attachment) {
        return new DiskMapping(
                attachment.device(),
                null,
                shape.sizeGib(),
                shape.kind().text(),
                shape.iops(),
                attachment.deleteOnTermination());
    }

    @Override
    public Set<String> encrypted(Collection<String> snapshotIds) {
        return store.keys(snapshotIds).keySet();
    }

    @Override
    public Map<String, Progress> progress(Collection<String> snapshotIds) {
        var found = new HashMap<String, Progress>();
        snapshotIds.forEach(id -> found.put(id, Progress.GONE));
        store.states(snapshotIds)
                .forEach((id, state) -> found.put(
                        id,
                        switch (state) {
                            case PENDING -> Progress.PENDING;
                            case COMPLETED -> Progress.COMPLETED;
                            case ERROR -> Progress.FAILED;
                            case RECYCLED, DELETING -> Progress.GONE;
                        }));
        return Map.copyOf(found);
    }

    @Override
    public List<String> want(EntityManager entities, ChangeCause cause, AccountId account, List<Wish> wishes) {
        return add(entities, cause, account, wishes).stream()
                .map(snapshot -> snapshot.id().value())
                .toList();
    }

    /** As {@link #want}, with all that is known of them. */
    List<Snapshot> add(EntityManager entities, ChangeCause cause, AccountId account, List<Wish> wishes) {
        var now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        var made = wishes.stream()
                .map(wish -> new Snapshot(
                        SnapshotId.random(),
                        account,
                        wish.volumeId(),
                        wish.sourceId(),
                        wish.sizeGib(),
                        key(entities, account, wish),
                        wish.description(),
                        SnapshotState.PENDING,
                        "",
                        Snapshot.Sharing.NONE,
                        now,
                        null,
                        wish.tags()))
                .toList();
        // Copies are of what rests already.
        var areCopies = wishes.stream().anyMatch(wish -> wish.sourceId() != null);
        store.add(entities, account, made, areCopies ? SnapshotMoment.ITS_OWN : SnapshotMoment.of(made.size()));
        made.forEach(snapshot -> record(cause, "snapshot.created", snapshot));
        return made;
    }

    private @Nullable String key(EntityManager entities, AccountId account, Wish wish) {
        var source = wish.sourceId();
        if (source != null) {
            return encryption.keyFor(
                    account, wish.encryption(), store.keys(List.of(source)).get(source));
        }
        @Nullable VolumeRow volume = entities.find(VolumeRow.class, wish.volumeId());
        return volume == null ? null : volume.shape().kmsKeyId();
    }

    @Override
    public void begin(Collection<String> snapshotIds) {
        taker.take(snapshotIds);
    }

    @Override
    public boolean delete(EntityManager entities, ChangeCause cause, AccountId account, String snapshotId) {
        var row = entities.find(SnapshotRow.class, snapshotId, LockModeType.PESSIMISTIC_WRITE);
        if (row == null
                || !row.account().equals(account)
                || row.is(SnapshotState.RECYCLED)
                || row.is(SnapshotState.DELETING)) {
            return false;
        }
        uses.stream()
                .map(use -> use.userOf(entities, snapshotId))
                .flatMap(Optional::stream)
                .findFirst()
                .ifPresent(user -> {
                    throw SnapshotErrors.inUse(snapshotId, user);
                });
        var kind = bin.take(entities, row) ? "snapshot.recycled" : "snapshot.delete-requested";
        record(cause, kind, row.toSnapshot(Map.of()));
        return true;
    }

    /** Has what was written told to the EBS controller. */
    void signal() {
        keeper.signal();
    }

    private void record(ChangeCause cause, String kind, Snapshot snapshot) {
        events.append(
                cause,
                kind,
                snapshot.id().value(),
                snapshot.owner(),
                Map.of("volume", snapshot.volumeId(), "size_gib", snapshot.sizeGib()));
    }
}
