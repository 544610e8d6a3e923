package io.coppice.ebs.volume;

import io.coppice.ebs.backend.VolumeBackend;
import io.coppice.proto.ebs.v1.VolumeEvent;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.hibernate.StatelessSession;

/** Reads what has changed, volumes and snapshots together in the order of their changes. Thread-safe. */
public final class Changes {
    private final Transactions transactions;
    private final Volumes volumes;
    private final Snapshots snapshots;
    private final VolumeBackend backend;

    /** Reads rows; what volumes take is asked of {@code backend}. */
    public Changes(Transactions transactions, Volumes volumes, Snapshots snapshots, VolumeBackend backend) {
        this.transactions = transactions;
        this.volumes = volumes;
        this.snapshots = snapshots;
        this.backend = backend;
    }

    /** A change. Whether what changed is gone tells {@code gone}. */
    record Change(VolumeEvent event, boolean gone) {
        long sequence() {
            return event.getSequence();
        }
    }

    private record Rows(List<VolumeRow> volumes, List<SnapshotRow> snapshots) {}

    /** At most {@code limit} changes after {@code sequence}, none left out between them. */
    List<Change> after(long sequence, int limit) throws IOException {
        var rows = transactions.call(session -> rows(session, sequence, limit));
        var allocated = backend.allocatedBytes(
                rows.volumes().stream().map(VolumeRow::volumeId).toList());
        var ofVolumes = rows.volumes().stream()
                .map(row -> new Change(
                        VolumeEvent.newBuilder()
                                .setSequence(row.sequence())
                                .setVolume(VolumeMessages.of(row, allocated.getOrDefault(row.volumeId(), 0L)))
                                .build(),
                        row.state() == VolumeStatus.DELETED));
        var ofSnapshots = rows.snapshots().stream()
                .map(row -> new Change(
                        VolumeEvent.newBuilder()
                                .setSequence(row.sequence())
                                .setSnapshot(VolumeMessages.of(row))
                                .build(),
                        row.state() == SnapshotStatus.DELETED));
        // Both lists are whole up to their own end, so the first ones of both together are whole.
        return Stream.concat(ofVolumes, ofSnapshots)
                .sorted(Comparator.comparingLong(Change::sequence))
                .limit(limit)
                .toList();
    }

    private Rows rows(StatelessSession session, long sequence, int limit) {
        return new Rows(
                volumes.changedAfter(session, sequence, limit), snapshots.changedAfter(session, sequence, limit));
    }

    /** The number of the last change. */
    long last() {
        return transactions.call(volumes::lastSequence);
    }
}
