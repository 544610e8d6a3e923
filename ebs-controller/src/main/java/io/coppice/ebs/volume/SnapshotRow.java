package io.coppice.ebs.volume;

import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.util.Optional;

/** A snapshot as it is kept. Read only: {@link Snapshots} changes it. */
@Entity
@Table(name = "snapshot")
@SuppressWarnings("NullAway.Init")
public class SnapshotRow {
    @Id
    @Column(name = "snapshot_id")
    private String snapshotId;

    private long generation;

    @Column(name = "volume_id")
    private String volumeId;

    @Column(name = "source_snapshot_id")
    private String sourceSnapshotId;

    @Enumerated(EnumType.STRING)
    private SnapshotStatus state;

    @Column(name = "error_message")
    private String errorMessage;

    private long sequence;

    protected SnapshotRow() {}

    /** Which snapshot. */
    public SnapshotId snapshotId() {
        return new SnapshotId(snapshotId);
    }

    /** What of it was asked for last; 1 or more. */
    public long generation() {
        return generation;
    }

    /** What it is taken of; empty for a copy. */
    public Optional<VolumeId> volumeId() {
        return volumeId.isEmpty() ? Optional.empty() : Optional.of(new VolumeId(volumeId));
    }

    /** What it is a copy of; empty when it is none. */
    public Optional<SnapshotId> sourceSnapshotId() {
        return sourceSnapshotId.isEmpty() ? Optional.empty() : Optional.of(new SnapshotId(sourceSnapshotId));
    }

    /** How far it is. */
    public SnapshotStatus state() {
        return state;
    }

    /** Why it is in ERROR, for the user; empty otherwise. */
    public String errorMessage() {
        return errorMessage;
    }

    /** The number of its last change. */
    public long sequence() {
        return sequence;
    }
}
