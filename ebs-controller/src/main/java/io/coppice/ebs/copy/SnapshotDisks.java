package io.coppice.ebs.copy;

import io.coppice.ebs.nbd.OpenDisk;
import io.coppice.foundation.id.SnapshotId;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Snapshots that are disks each, whose bytes are copied as they lie there: what is encrypted stays so. Thread-safe. */
public interface SnapshotDisks {
    /** Whether a snapshot is here with all that it needs. */
    boolean isWhole(SnapshotId id) throws IOException;

    /** How large its disk is, bytes. */
    long sizeBytes(SnapshotId id) throws IOException;

    /** What is written down with its disk, and is to be with the one that comes back. */
    Map<String, String> notes(SnapshotId id) throws IOException;

    /**
     * Snapshots of which this one was made, or that were taken of the same volume before it or of what that was made of: those
     * first from which it is likely to differ least. They need not be there any more.
     */
    List<SnapshotId> ancestors(SnapshotId id) throws IOException;

    /** Hears of parts of a disk. */
    @FunctionalInterface
    interface Extents {
        /** So many bytes at {@code offset} and behind it. */
        void add(long offset, long bytes);
    }

    /** Names all parts of a snapshot's disk that may hold something else than zeros. */
    void allocated(SnapshotId id, Extents extents) throws IOException;

    /**
     * Names all parts of a snapshot's disk that may differ from that of an ancestor.
     *
     * @return false when that is not known; then what was named says nothing
     */
    boolean changed(SnapshotId id, SnapshotId ancestor, Extents extents) throws IOException;

    /** Opens a snapshot's disk for reading. */
    OpenDisk read(SnapshotId id) throws IOException;

    /** A snapshot was copied: nothing will be compared with those of its volume that were taken before it. */
    void copied(SnapshotId id) throws IOException;

    /** How many bytes there is room for. */
    long freeBytes() throws IOException;

    /**
     * Begins to make a disk for a snapshot that comes back, and opens it for writing. One that was begun before is gone.
     *
     * @param over a smaller snapshot or one of the same size whose content it has at first; empty: it has zeros
     */
    OpenDisk begin(SnapshotId id, long sizeBytes, Optional<SnapshotId> over) throws IOException;

    /** The disk that was begun has all it should and is durable: the snapshot is here from now on. */
    void finish(SnapshotId id, Map<String, String> notes) throws IOException;

    /** The disk that was begun will not be finished. Does nothing when none was. */
    void abandon(SnapshotId id);
}
