package io.coppice.cloud.volume;

import io.coppice.cloud.background.BackgroundLoop;
import io.coppice.cloud.background.BackgroundTask;
import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.event.EventLog;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.VolumeId;
import io.coppice.proto.ebs.v1.ApplyVolumeRequest;
import io.coppice.proto.ebs.v1.BlockStorageGrpc;
import io.coppice.proto.ebs.v1.DesiredVolume;
import io.coppice.proto.ebs.v1.WatchVolumesRequest;
import io.grpc.Context;
import io.grpc.StatusRuntimeException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Brings volumes to where they should be: tells the EBS controller of each zone what is wanted until it is so, and takes in
 * what it reports. A zone that does not answer holds up no other one. Telling is idempotent by generation, and a report of another generation is ignored, so lost and repeated
 * messages do no harm, nor do two replicas at it. Thread-safe.
 */
@ApplicationScoped
class VolumeKeeper implements BackgroundTask {
    private static final Logger LOG = Logger.getLogger(VolumeKeeper.class);
    private static final int APPLY_SECONDS = 5;
    private static final int LONGEST_MESSAGE = 1024;

    private final Database database;
    private final VolumeStore store;
    private final AttachmentBook attachments;
    private final SnapshotKeeper snapshots;
    private final EventLog events;
    private final Clock clock;
    private final EbsLinks ebs;
    private final Collection<BackgroundLoop> telling;
    private final Collection<BackgroundLoop> watching;
    private final Map<String, Context.CancellableContext> reports = new ConcurrentHashMap<>();

    VolumeKeeper(
            Database database,
            VolumeStore store,
            AttachmentBook attachments,
            SnapshotKeeper snapshots,
            EbsLinks ebs,
            VolumeConfig config) {
        this.database = database;
        this.store = store;
        this.attachments = attachments;
        this.snapshots = snapshots;
        this.events = attachments.events();
        this.clock = snapshots.clock();
        this.ebs = ebs;
        telling = ebs.each(zone ->
                        new BackgroundLoop("volumes " + zone, config.interval(), () -> tell(zone), Clock.systemUTC()))
                .values();
        // A pass lasts as long as the stream; the interval is the pause before the next attempt.
        watching = ebs.each(zone -> new BackgroundLoop(
                        "volumes-watch " + zone, config.interval(), () -> watch(zone), Clock.systemUTC()))
                .values();
        attachments.listen(this::signal);
    }

    @Override
    public String name() {
        return "volumes";
    }

    @Override
    public void start() {
        watching.forEach(BackgroundLoop::start);
        telling.forEach(BackgroundLoop::start);
    }

    @Override
    public void stop() {
        reports.values().forEach(stream -> stream.cancel(null));
        telling.forEach(BackgroundLoop::stop);
        watching.forEach(BackgroundLoop::stop);
    }

    /** Where changes of volumes are told. */
    EventLog events() {
        return events;
    }

    /** A volume was made or is to be gone. */
    void signal() {
        telling.forEach(BackgroundLoop::signal);
    }

    private void tell(String zone) {
        var unfinished = store.unfinished(zone);
        try {
            for (var each : unfinished) {
                var ignored = BlockStorageGrpc.newBlockingStub(ebs.of(zone))
                        .withDeadlineAfter(APPLY_SECONDS, TimeUnit.SECONDS)
                        .apply(ApplyVolumeRequest.newBuilder()
                                .setVolume(desired(each))
                                .build());
            }
        } catch (StatusRuntimeException e) {
            LOG.infof(
                    "the EBS controller of %s cannot be told of volumes now and will be later: %s",
                    zone, e.getMessage());
        }
    }

    private static DesiredVolume desired(VolumeStore.Unfinished unfinished) {
        var volume = unfinished.volume();
        var desired = DesiredVolume.newBuilder()
                .setVolumeId(volume.id().value())
                .setGeneration(volume.generation())
                .setDeleted(volume.state() == VolumeState.DELETING)
                .setAccountId(volume.account().value())
                .setSizeGib(volume.shape().sizeGib())
                .setVolumeType(volume.shape().kind().text())
                .setZone(volume.shape().zone())
                .setSnapshotId(Objects.requireNonNullElse(volume.shape().snapshotId(), ""))
                .setKmsKeyId(Objects.requireNonNullElse(volume.shape().kmsKeyId(), ""))
                .setSnapshotElsewhere(unfinished.snapshotElsewhere());
        for (var export : unfinished.exports()) {
            if (volume.shape().multiAttach()) {
                desired.addSharedExportNames(export.name());
            } else {
                desired.setExportName(export.name()).setCephCluster(export.cephCluster());
            }
            if (!export.host().isEmpty()) {
                desired.addExportHostsBuilder().setExportName(export.name()).setNodeId(export.host());
            }
        }
        return desired.build();
    }

    private void watch(String zone) {
        var stream = Context.current().withCancellation();
        reports.put(zone, stream);
        var before = stream.attach();
        try {
            // From 0: the stream begins with what is there, so nothing needs to be remembered here.
            var changes = BlockStorageGrpc.newBlockingStub(ebs.of(zone))
                    .watch(WatchVolumesRequest.newBuilder().build());
            while (changes.hasNext()) {
                var event = changes.next();
                if (event.hasVolume()) {
                    observe(event.getVolume());
                } else if (event.hasSnapshot()) {
                    snapshots.observe(event.getSnapshot());
                } else if (event.hasAbilities()) {
                    ebs.learn(zone, event.getAbilities());
                }
            }
        } catch (StatusRuntimeException e) {
            LOG.debugf("the reports of %s ended and will be asked for again: %s", zone, e.getMessage());
        } finally {
            stream.detach(before);
            stream.cancel(null);
        }
    }

    /** Takes in one report. */
    void observe(io.coppice.proto.ebs.v1.Volume report) {
        var id = new VolumeId(report.getVolumeId());
        database.run(entities -> {
            attachments.lockHolders(entities, id.value());
            store.change(id, row -> {
                if (row.generation() == report.getGeneration()) {
                    observe(entities, row, report);
                }
                return true;
            });
        });
    }

    private void observe(EntityManager entities, VolumeRow row, io.coppice.proto.ebs.v1.Volume report) {
        var volume = row.toVolume(Map.of());
        switch (report.getState()) {
            case VOLUME_STATE_AVAILABLE -> {
                row.settle();
                var change = modification(entities, row);
                if (change.isPresent()) {
                    change.get().complete(clock.instant());
                    attachments.resized(entities, row.id());
                }
                var free = attachments.ofVolume(entities, row.id()).isEmpty();
                become(row, volume, free ? VolumeState.AVAILABLE : VolumeState.IN_USE, "");
                var exports = report.hasExport() ? List.of(report.getExport()) : report.getSharedExportsList();
                attachments.served(entities, row.id(), exports);
            }
            case VOLUME_STATE_ERROR -> {
                var change = modification(entities, row);
                if (change.isPresent()) {
                    change.get().fail(cut(report.getErrorMessage()), clock.instant());
                    row.reshape(change.get().original(row.shape()));
                    attachments.resized(entities, row.id());
                    signal();
                } else {
                    fail(row, volume, report.getErrorMessage());
                }
            }
            case VOLUME_STATE_DELETED -> forget(row, volume);
            case VOLUME_STATE_CREATING, VOLUME_STATE_DELETING, VOLUME_STATE_UNSPECIFIED, UNRECOGNIZED -> {
                // On its way to what is wanted.
            }
        }
    }

    private void become(VolumeRow row, Volume volume, VolumeState next, String error) {
        if (row.is(VolumeState.CREATING)) {
            row.become(next, error);
            append(volume, "volume.state-changed", next.text());
        }
    }

    private void fail(VolumeRow row, Volume volume, String message) {
        if (row.is(VolumeState.DELETING)) {
            LOG.warnf("%s cannot be deleted now and will be later: %s", volume.id(), message);
            return;
        }
        row.settle();
        become(row, volume, VolumeState.ERROR, cut(message));
    }

    private static Optional<ModificationRow> modification(EntityManager entities, VolumeRow row) {
        return Optional.ofNullable(entities.find(ModificationRow.class, row.id()))
                .filter(ModificationRow::underWay);
    }

    private static String cut(String message) {
        return message.substring(0, Math.min(message.length(), LONGEST_MESSAGE));
    }

    private void forget(VolumeRow row, Volume volume) {
        if (row.is(VolumeState.DELETING)) {
            store.purge(volume);
            append(volume, "volume.deleted", "deleted");
        }
    }

    private void append(Volume volume, String kind, String state) {
        events.append(
                new ChangeCause("observation", "coppice", "", "Volume " + volume.id() + " is " + state),
                kind,
                volume.id().value(),
                volume.account(),
                Map.of("state", state, "size_gib", volume.shape().sizeGib()));
    }
}
