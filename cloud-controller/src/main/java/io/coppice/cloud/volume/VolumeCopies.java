package io.coppice.cloud.volume;

import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.volume.Volume.Shape;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Copies of volumes and the snapshots that they are made from. Thread-safe. */
@ApplicationScoped
class VolumeCopies {
    private final VolumeStore volumes;
    private final SnapshotStore snapshots;
    private final SnapshotTaker taker;
    private final EventLog events;
    private final Clock clock;

    VolumeCopies(VolumeStore volumes, SnapshotStore snapshots, SnapshotTaker taker, EventLog events, Clock clock) {
        this.volumes = volumes;
        this.snapshots = snapshots;
        this.taker = taker;
        this.events = events;
        this.clock = clock;
    }

    /** Writes that a volume should be kept as it is, and gives what it is kept as; throws {@code SnapshotLimitExceeded}. */
    String keep(EntityManager entities, Volume source) {
        var snapshot = new Snapshot(
                SnapshotId.random(),
                source.account(),
                source.id().value(),
                null,
                source.shape().sizeGib(),
                source.shape().kmsKeyId(),
                "",
                SnapshotState.PENDING,
                "",
                Snapshot.Sharing.NONE,
                now(),
                null,
                Map.of());
        snapshots.add(entities, source.account(), List.of(snapshot), SnapshotMoment.of(1));
        var id = snapshot.id().value();
        Objects.requireNonNull(entities.find(SnapshotRow.class, id)).hide();
        entities.flush();
        return id;
    }

    /** Writes that the copy should be, and gives its id; throws {@code VolumeLimitExceeded}. */
    String make(EntityManager entities, RequestContext context, Volume source, Shape shape, Map<String, String> tags) {
        var copy = new Volume(
                VolumeId.random(), source.account(), shape, VolumeState.CREATING, "", 1, now(), tags, List.of());
        volumes.add(copy, null);
        var id = copy.id().value();
        Objects.requireNonNull(entities.find(VolumeRow.class, id))
                .copyOf(source.id().value());
        events.append(
                new ChangeCause(
                        context.action(),
                        context.caller().arn(),
                        context.requestId(),
                        "Copy volume " + source.id() + " to " + id),
                "volume.created",
                id,
                source.account(),
                Map.of(
                        "size_gib", shape.sizeGib(),
                        "type", shape.kind().text(),
                        "zone", shape.zone(),
                        "source", source.id().value()));
        return id;
    }

    /** Has the source of a new copy kept as it is, before this returns if the EBS controller answers; later otherwise. */
    void begin(String copyId) {
        volumes.snapshotOf(copyId).ifPresent(snapshot -> taker.take(List.of(snapshot)));
    }

    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }
}
