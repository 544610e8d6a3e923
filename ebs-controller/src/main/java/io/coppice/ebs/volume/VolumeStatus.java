package io.coppice.ebs.volume;

/** How far a volume is. */
public enum VolumeStatus {
    /** Asked for, and not made yet. */
    CREATING,
    /** There. */
    AVAILABLE,
    /** To be removed, and not gone yet. */
    DELETING,
    /** Gone. */
    DELETED,
    /** Could not be made; the message says why. */
    ERROR
}
