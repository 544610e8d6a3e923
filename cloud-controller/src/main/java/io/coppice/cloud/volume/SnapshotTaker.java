package io.coppice.cloud.volume;

import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.volume.GuestFreezer.Outcome;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Has new snapshots taken while the guest that has their volumes holds still, where it has an agent; an event of each snapshot
 * tells whether it did. The guest's agent is asked for nothing but a favour: whatever it does, the snapshots are taken.
 * Thread-safe.
 */
@ApplicationScoped
class SnapshotTaker {
    private final Database database;
    private final SnapshotStore store;
    private final SnapshotKeeper keeper;
    private final GuestFreezer freezer;
    private final VolumeConfig config;
    private final EventLog events;

    SnapshotTaker(
            Database database,
            SnapshotStore store,
            SnapshotKeeper keeper,
            GuestFreezer freezer,
            VolumeConfig config,
            EventLog events) {
        this.database = database;
        this.store = store;
        this.keeper = keeper;
        this.freezer = freezer;
        this.config = config;
        this.events = events;
    }

    /** Has snapshots taken later that cannot be now. */
    SnapshotKeeper keeper() {
        return keeper;
    }

    /** Has snapshots taken that are written and were not taken: before this returns, if the EBS controller answers. */
    void take(Collection<String> snapshotIds) {
        var wanted =
                snapshotIds.stream().map(store::find).flatMap(Optional::stream).toList();
        var guest = config.freezeForSnapshots() ? guest(wanted) : Optional.<Guest>empty();
        var freeze = guest.flatMap(each -> freezer.freeze(each.instance(), each.volumes()));
        if (freeze.isEmpty()) {
            wanted.forEach(keeper::takeNow);
            return;
        }
        boolean early;
        Outcome outcome;
        try {
            early = store.states(snapshotIds).values().stream().anyMatch(state -> state != SnapshotState.PENDING);
            wanted.forEach(keeper::takeNow);
        } finally {
            outcome = freeze.get().end();
        }
        var ofGuest = wanted.stream()
                .map(SnapshotStore.Unfinished::snapshot)
                .filter(snapshot -> guest.get().volumes().contains(snapshot.volumeId()))
                .toList();
        tell(
                ofGuest,
                guest.get().instance(),
                early ? new Outcome.NotFrozen("it was taken before its guest was frozen") : outcome);
    }

    /** Who has these volumes, all of those that snapshots are taken of and some instance has. */
    private record Guest(String instance, List<String> volumes) {}

    /** The instance that has the volumes; empty when none has any, or they are not all of one. */
    private Optional<Guest> guest(List<SnapshotStore.Unfinished> wanted) {
        var volumes = wanted.stream()
                .map(SnapshotStore.Unfinished::snapshot)
                .filter(snapshot -> snapshot.sourceId() == null)
                .map(Snapshot::volumeId)
                .toList();
        if (volumes.isEmpty()) {
            return Optional.empty();
        }
        var attachments = database.call(entities -> entities.createQuery(
                        "from AttachmentRow a where a.key.volumeId in (:ids) and a.state <> :filling",
                        AttachmentRow.class)
                .setParameter("ids", volumes)
                .setParameter("filling", AttachmentState.FILLING.text())
                .getResultList());
        return attachments.stream().map(AttachmentRow::instanceId).distinct().count() == 1
                ? Optional.of(new Guest(
                        attachments.getFirst().instanceId(),
                        attachments.stream().map(AttachmentRow::volumeId).toList()))
                : Optional.empty();
    }

    private void tell(List<Snapshot> snapshots, String instance, Outcome outcome) {
        var states =
                store.states(snapshots.stream().map(each -> each.id().value()).toList());
        database.run(entities -> {
            for (var each : snapshots) {
                var taken = states.get(each.id().value()) == SnapshotState.COMPLETED;
                append(each, instance, taken ? outcome : new Outcome.NotFrozen("it could not be taken at once"));
            }
        });
    }

    private void append(Snapshot snapshot, String instance, Outcome outcome) {
        var facts = new HashMap<String, Object>(Map.of("instance", instance));
        switch (outcome) {
            case Outcome.Frozen(var fileSystems) -> {
                facts.put("file_systems", fileSystems);
                append(snapshot, "snapshot.frozen", "Its file systems stood still for " + snapshot.id(), facts);
            }
            case Outcome.NotFrozen(var why) -> {
                facts.put("reason", why);
                append(snapshot, "snapshot.not-frozen", "Its file systems went on during " + snapshot.id(), facts);
            }
        }
    }

    private void append(Snapshot snapshot, String kind, String summary, Map<String, ?> facts) {
        events.append(
                new ChangeCause("observation", "coppice", "", summary),
                kind,
                snapshot.id().value(),
                snapshot.owner(),
                facts);
    }
}
