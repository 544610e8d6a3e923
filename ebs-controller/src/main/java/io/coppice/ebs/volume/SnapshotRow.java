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
public class SnapshotRow extends ChangingRow {
    @Id
    @Column(name = "snapshot_id")
    private String snapshotId;

    @Column(name = "volume_id")
    private String volumeId;

    @Column(name = "source_snapshot_id")
    private String sourceSnapshotId;

    @Enumerated(EnumType.STRING)
    private SnapshotStatus state;

    @Column(name = "moment_id")
    private String momentId;

    @Column(name = "moment_size")
    private int momentSize;

    protected SnapshotRow() {}

    /** Which snapshot. */
    public SnapshotId snapshotId() {
        return new SnapshotId(snapshotId);
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

    /** With which others it is to be taken; empty when it is taken alone. */
    public String momentId() {
        return momentId;
    }

    /** How many are of its moment, itself among them; 1 or more. */
    public int momentSize() {
        return momentSize;
    }
}
