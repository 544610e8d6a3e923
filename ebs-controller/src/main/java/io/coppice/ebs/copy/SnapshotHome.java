package io.coppice.ebs.copy;

import io.coppice.ebs.layer.Layers;
import io.coppice.ebs.volume.Transactions;
import io.coppice.foundation.id.SnapshotId;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Where snapshots lie that are copied, and come back. Thread-safe. */
public abstract sealed class SnapshotHome permits LayerHome, DiskHome {
    /** Left for guests, which are stopped when there is nothing; bytes. */
    static final long RESERVE_BYTES = 1L << 30;

    SnapshotHome() {}

    /** Snapshots in the files of layers. */
    public static SnapshotHome of(Transactions transactions, CopyBook book, Layers layers) {
        return new LayerHome(transactions, book, layers);
    }

    /** Snapshots that are disks each. */
    public static SnapshotHome of(Transactions transactions, CopyBook book, SnapshotDisks disks) {
        return new DiskHome(transactions, book, disks);
    }

    /** Whether a snapshot is here with all that it needs. */
    abstract boolean isWhole(SnapshotId id) throws IOException;

    /**
     * Sends what was not sent of a snapshot.
     *
     * @return its layers, from the lowest up; empty when it is not here, or not any more
     */
    abstract Optional<List<SnapshotManifest.Layer>> send(SnapshotId id, LayerSending sending) throws IOException;

    /** Makes a snapshot again of its copy, which {@code courier} carries. Throws when that may succeed later. */
    abstract void bringBack(SnapshotManifest copy, LayerCourier courier) throws IOException;

    static void requireRoom(long neededBytes, long freeBytes) throws IOException {
        if (neededBytes > freeBytes - RESERVE_BYTES) {
            throw new IOException("there is no room for " + neededBytes + " bytes of a snapshot");
        }
    }
}
