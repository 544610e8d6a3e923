package io.coppice.ebs.volume;

/** How far a snapshot is. */
public enum SnapshotStatus {
    /** Asked for, and not taken yet. */
    PENDING,
    /** There. */
    COMPLETED,
    /** To be removed, and not gone yet. */
    DELETING,
    /** Gone. */
    DELETED,
    /** Could not be taken; the message says why. */
    ERROR
}
