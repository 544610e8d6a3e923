package io.coppice.ebs.volume;

import io.coppice.foundation.id.VolumeId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** A volume as it is kept. Read only: {@link Volumes} changes it. */
@Entity
@Table(name = "volume")
@SuppressWarnings("NullAway.Init")
public class VolumeRow {
    @Id
    @Column(name = "volume_id")
    private String volumeId;

    private long generation;

    @Column(name = "desired_deleted")
    private boolean desiredDeleted;

    @Column(name = "size_gib")
    private int sizeGib;

    @Enumerated(EnumType.STRING)
    private VolumeStatus state;

    @Column(name = "error_message")
    private String errorMessage;

    private long sequence;

    protected VolumeRow() {}

    /** Which volume. */
    public VolumeId volumeId() {
        return new VolumeId(volumeId);
    }

    /** What of it was asked for last; 1 or more. */
    public long generation() {
        return generation;
    }

    /** Whether it should be gone. */
    public boolean desiredDeleted() {
        return desiredDeleted;
    }

    /** GiB, 1 to 65,536. */
    public int sizeGib() {
        return sizeGib;
    }

    /** How far it is. */
    public VolumeStatus state() {
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
