package io.coppice.cloud.volume;

/** Whether the bytes of a snapshot come from one zone to another. Thread-safe. */
@FunctionalInterface
public interface SnapshotReach {
    /** Whether copies of all snapshots are kept where every zone reads them. */
    boolean acrossZones();
}
