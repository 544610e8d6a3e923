package io.coppice.cloud.volume;

import io.coppice.cloud.background.BackgroundLoop;
import io.coppice.cloud.background.BackgroundTask;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.proto.ebs.v1.ApplySnapshotRequest;
import io.coppice.proto.ebs.v1.BlockStorageGrpc;
import io.coppice.proto.ebs.v1.DesiredSnapshot;
import io.grpc.StatusRuntimeException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.LockModeType;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Brings snapshots to where they should be: tells the EBS controller of the zone where their bytes are what is wanted
 * until it is so, and takes in what it answers. Thread-safe.
 */
@ApplicationScoped
class SnapshotKeeper implements BackgroundTask {
    private static final Logger LOG = Logger.getLogger(SnapshotKeeper.class);
    private static final int APPLY_SECONDS = 10;
    private static final int LONGEST_MESSAGE = 1024;
    /** Longer than guests take to be frozen: a snapshot that is taken here first would be one of a guest that goes on. */
    private static final Duration BEING_TAKEN = Duration.ofSeconds(3);

    private final Database database;
    private final SnapshotStore store;
    private final SnapshotBin bin;
    private final EventLog events;
    private final EbsLinks ebs;
    private final Clock clock;
    private final Collection<BackgroundLoop> telling;

    SnapshotKeeper(
            Database database,
            SnapshotStore store,
            SnapshotBin bin,
            EventLog events,
            EbsLinks ebs,
            VolumeConfig config,
            Clock clock) {
        this.database = database;
        this.store = store;
        this.bin = bin;
        this.events = events;
        this.ebs = ebs;
        this.clock = clock;
        telling = ebs.each(zone -> new BackgroundLoop(
                        "snapshots " + zone, config.interval(), () -> tellAll(zone), Clock.systemUTC()))
                .values();
    }

    @Override
    public String name() {
        return "snapshots";
    }

    @Override
    public void start() {
        telling.forEach(BackgroundLoop::start);
    }

    @Override
    public void stop() {
        telling.forEach(BackgroundLoop::stop);
    }

    /** Dates what is observed. */
    Clock clock() {
        return clock;
    }

    /** A snapshot is to be gone. */
    void signal() {
        telling.forEach(BackgroundLoop::signal);
    }

    /**
     * Has a new snapshot taken before this returns, or before the last of its moment does: the user may go on writing then.
     * When the EBS controller does not answer it stays pending and is taken later.
     */
    void takeNow(SnapshotStore.Unfinished snapshot) {
        tell(snapshot);
    }

    private void tellAll(String zone) {
        if (zone.equals(ebs.standard())) {
            bin.empty();
            store.dropSpent();
        }
        for (var each : store.unfinished(
                zone, zone.equals(ebs.standard()), clock.instant().minus(BEING_TAKEN))) {
            if (!tell(each)) {
                return;
            }
        }
    }

    private boolean tell(SnapshotStore.Unfinished unfinished) {
        var zone = unfinished.zone().orElse(ebs.standard());
        try {
            if (unfinished.snapshot().state() == SnapshotState.DELETING && !goneElsewhere(unfinished, zone)) {
                return true;
            }
            observe(tell(unfinished, zone));
            return true;
        } catch (StatusRuntimeException e) {
            LOG.infof(
                    "the EBS controller of %s cannot be told of snapshots now and will be later: %s",
                    zone, e.getMessage());
            return false;
        }
    }

    private io.coppice.proto.ebs.v1.Snapshot tell(SnapshotStore.Unfinished unfinished, String zone) {
        var snapshot = unfinished.snapshot();
        var source = snapshot.sourceId();
        return BlockStorageGrpc.newBlockingStub(ebs.of(zone))
                .withDeadlineAfter(APPLY_SECONDS, TimeUnit.SECONDS)
                .applySnapshot(ApplySnapshotRequest.newBuilder()
                        .setSnapshot(DesiredSnapshot.newBuilder()
                                .setSnapshotId(snapshot.id().value())
                                .setGeneration(unfinished.generation())
                                .setDeleted(snapshot.state() == SnapshotState.DELETING)
                                .setAccountId(snapshot.owner().value())
                                .setVolumeId(source == null ? snapshot.volumeId() : "")
                                .setSourceSnapshotId(Objects.requireNonNullElse(source, ""))
                                .setKmsKeyId(source == null ? "" : Objects.requireNonNullElse(snapshot.kmsKeyId(), ""))
                                .setMomentId(unfinished.moment().id())
                                .setMomentSize(unfinished.moment().size()))
                        .build())
                .getSnapshot();
    }

    /** Other zones may have brought it to them. While one of them is away it stays {@code deleting}, which no user sees. */
    private boolean goneElsewhere(SnapshotStore.Unfinished unfinished, String home) {
        for (var zone : ebs.zones()) {
            try {
                if (!zone.equals(home)
                        && tell(unfinished, zone).getState()
                                != io.coppice.proto.ebs.v1.SnapshotState.SNAPSHOT_STATE_DELETED) {
                    return false;
                }
            } catch (StatusRuntimeException e) {
                LOG.infof(
                        "%s cannot be removed from %s now and will be later: %s",
                        unfinished.snapshot().id(), zone, e.getMessage());
                return false;
            }
        }
        return true;
    }

    /** Takes in one report. */
    void observe(io.coppice.proto.ebs.v1.Snapshot report) {
        var id = new SnapshotId(report.getSnapshotId());
        database.run(entities -> {
            var row = entities.find(SnapshotRow.class, id.value(), LockModeType.PESSIMISTIC_WRITE);
            if (row == null || row.generation() != report.getGeneration()) {
                return;
            }
            switch (report.getState()) {
                case SNAPSHOT_STATE_COMPLETED -> {
                    if (row.is(SnapshotState.PENDING)) {
                        row.complete(clock.instant());
                        append(row, "snapshot.state-changed", "completed");
                    }
                }
                case SNAPSHOT_STATE_ERROR -> {
                    if (row.is(SnapshotState.PENDING)) {
                        var message = report.getErrorMessage();
                        row.fail(message.substring(0, Math.min(message.length(), LONGEST_MESSAGE)));
                        append(row, "snapshot.state-changed", "error");
                    }
                }
                case SNAPSHOT_STATE_DELETED -> {
                    if (row.is(SnapshotState.DELETING)) {
                        store.purge(entities, row);
                        append(row, "snapshot.deleted", "deleted");
                    }
                }
                case SNAPSHOT_STATE_PENDING, SNAPSHOT_STATE_DELETING, SNAPSHOT_STATE_UNSPECIFIED, UNRECOGNIZED -> {
                    // On its way to what is wanted.
                }
            }
        });
    }

    private void append(SnapshotRow row, String kind, String state) {
        events.append(
                new ChangeCause("observation", "coppice", "", "Snapshot " + row.id() + " is " + state),
                kind,
                row.id(),
                row.account(),
                Map.of("state", state));
    }
}
