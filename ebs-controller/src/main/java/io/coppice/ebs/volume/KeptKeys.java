package io.coppice.ebs.volume;

import io.coppice.ebs.key.DiskKey;
import io.coppice.ebs.key.DiskKeys;
import io.coppice.ebs.key.MasterKey;
import io.coppice.foundation.id.ResourceId;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import java.io.IOException;
import java.util.Optional;

/**
 * The keys of disks, wrapped, in the rows of the volumes and snapshots that they are of. What is made from an encrypted disk has
 * its key, wrapped for itself: whoever is deleted takes his copy along. Thread-safe.
 */
public final class KeptKeys implements DiskKeys {
    private final Transactions transactions;
    private final Volumes volumes;
    private final Snapshots snapshots;
    private final MasterKey master;

    /** Keeps them in the rows of {@code volumes} and {@code snapshots}, wrapped by {@code master}. */
    public KeptKeys(Transactions transactions, Volumes volumes, Snapshots snapshots, MasterKey master) {
        this.transactions = transactions;
        this.volumes = volumes;
        this.snapshots = snapshots;
        this.master = master;
    }

    @Override
    public Optional<DiskKey> of(ResourceId id) throws IOException {
        return switch (id) {
            case VolumeId volume -> of(volume, transactions.call(session -> volumes.find(session, volume)));
            case SnapshotId snapshot -> of(snapshot, transactions.call(session -> snapshots.find(session, snapshot)));
            default -> throw new IllegalArgumentException(id + " is neither a volume nor a snapshot");
        };
    }

    private Optional<DiskKey> of(ResourceId id, Optional<? extends ChangingRow> row) throws IOException {
        return row.isEmpty() || row.get().wrappedKey().isEmpty()
                ? Optional.empty()
                : Optional.of(master.unwrap(id, row.get().kmsKeyId(), row.get().wrappedKey()));
    }

    /** Sees to it that a volume that is to be encrypted has a key: that of the snapshot that it is made from, or a new one. */
    void assign(VolumeRow row) throws IOException {
        if (row.kmsKeyId().isEmpty() || !row.wrappedKey().isEmpty()) {
            return;
        }
        var inherited = row.snapshotId().isPresent() ? of(row.snapshotId().get()) : Optional.<DiskKey>empty();
        var wrapped = master.wrap(row.volumeId(), row.kmsKeyId(), inherited.orElseGet(DiskKey::random));
        transactions.call(session -> {
            volumes.keep(session, row, wrapped);
            return true;
        });
    }

    /** Sees to it that a snapshot has the key of what it is made from; that a copy which is to be encrypted has one anyway. */
    void assign(SnapshotRow row) throws IOException {
        if (!row.wrappedKey().isEmpty()) {
            return;
        }
        var origin = transactions.call(session -> row.volumeId().isPresent()
                ? volumes.find(session, row.volumeId().get()).<ChangingRow>map(each -> each)
                : snapshots.find(session, row.sourceSnapshotId().orElseThrow()).<ChangingRow>map(each -> each));
        var inherited = row.volumeId().isPresent()
                ? of(row.volumeId().get(), origin)
                : of(row.sourceSnapshotId().orElseThrow(), origin);
        if (inherited.isEmpty() && row.kmsKeyId().isEmpty()) {
            return;
        }
        var keyId = row.kmsKeyId().isEmpty() ? origin.orElseThrow().kmsKeyId() : row.kmsKeyId();
        var wrapped = master.wrap(row.snapshotId(), keyId, inherited.orElseGet(DiskKey::random));
        transactions.call(session -> {
            snapshots.keep(session, row, keyId, wrapped);
            return true;
        });
    }
}
