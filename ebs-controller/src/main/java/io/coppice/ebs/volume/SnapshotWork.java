package io.coppice.ebs.volume;

import io.coppice.ebs.backend.NoSuchSnapshotException;
import io.coppice.ebs.backend.NoSuchVolumeException;
import io.coppice.ebs.backend.VolumeBackend;
import io.coppice.foundation.id.SnapshotId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.foundation.signal.ChangeSignal;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Takes and removes snapshots: at once for whoever asks, since what is written later must not be in them, and again for
 * those that did not succeed then. Thread-safe.
 */
public final class SnapshotWork {
    private static final Logger LOG = Logger.getLogger(SnapshotWork.class);
    private static final int BATCH = 256;
    private static final int LOCKS = 64;

    private final Transactions transactions;
    private final Snapshots snapshots;
    private final VolumeBackend backend;
    private final ChangeSignal changes;
    private final LostSnapshots lost;
    private final KeptKeys keys;
    /** One snapshot, or those of one moment, are worked on by one thread at a time; by the name's hash. */
    private final Lock[] locks =
            Stream.generate(ReentrantLock::new).limit(LOCKS).toArray(Lock[]::new);

    /**
     * Works on {@code backend} and tells of what has changed.
     *
     * @param lost brings back what is to be copied or made a volume of
     * @param keys of what is encrypted
     */
    public SnapshotWork(
            Transactions transactions,
            Snapshots snapshots,
            VolumeBackend backend,
            ChangeSignal changes,
            LostSnapshots lost,
            KeptKeys keys) {
        this.transactions = transactions;
        this.snapshots = snapshots;
        this.backend = backend;
        this.changes = changes;
        this.lost = lost;
        this.keys = keys;
    }

    /** The keys of what it works on. */
    KeptKeys keys() {
        return keys;
    }

    /** Whether what is made of this snapshot must wait, since it is brought back from where a copy of it is kept. */
    boolean mustWaitFor(Optional<SnapshotId> snapshot) throws IOException {
        return snapshot.isPresent() && lost.isOnItsWay(snapshot.get());
    }

    /** Makes a snapshot what it should be; does nothing when it is. Throws when that may succeed later. */
    public void run(SnapshotId id) throws IOException {
        var seen = transactions.call(session -> snapshots.find(session, id));
        if (seen.isEmpty()) {
            return;
        }
        var lock = locks[Math.floorMod(workName(seen.get()).hashCode(), LOCKS)];
        lock.lock();
        try {
            var row = transactions.call(session -> snapshots.find(session, id));
            if (row.isPresent()) {
                run(row.get());
            }
        } finally {
            lock.unlock();
        }
    }

    /** The same for snapshots that are worked on together; it never changes. */
    private static String workName(SnapshotRow row) {
        return row.momentId().isEmpty() ? row.snapshotId().value() : row.momentId();
    }

    /** Works on all that is not as it should be. */
    void catchUp() {
        for (var row : transactions.call(session -> snapshots.unfinished(session, BATCH))) {
            try {
                run(row.snapshotId());
            } catch (IOException e) {
                LOG.warnf(e, "%s could not be worked on and will be again", row.snapshotId());
            }
        }
    }

    private void run(SnapshotRow row) throws IOException {
        switch (row.state()) {
            case PENDING -> {
                if (row.momentId().isEmpty()) {
                    take(row);
                } else {
                    takeTogether(row);
                }
            }
            case DELETING -> {
                backend.delete(row.snapshotId());
                settle(row, SnapshotStatus.DELETED, "");
            }
            case COMPLETED, DELETED, ERROR -> {
                // As it should be.
            }
        }
    }

    private void take(SnapshotRow row) throws IOException {
        if (mustWaitFor(row.sourceSnapshotId())) {
            return;
        }
        try {
            keys.assign(row);
            if (row.volumeId().isPresent()) {
                backend.snapshot(row.snapshotId(), row.volumeId().get());
            } else if (!backend.copy(row.snapshotId(), row.sourceSnapshotId().orElseThrow())) {
                return;
            }
            settle(row, SnapshotStatus.COMPLETED, "");
        } catch (NoSuchVolumeException | NoSuchSnapshotException e) {
            settle(row, SnapshotStatus.ERROR, String.valueOf(e.getMessage()));
        }
    }

    /** Takes all snapshots of one moment once the last of them was asked for; before that does nothing. */
    private void takeTogether(SnapshotRow one) throws IOException {
        var known = transactions.call(session -> snapshots.ofMoment(session, one.momentId()));
        if (known.size() < one.momentSize()) {
            return;
        }
        var possible = new HashMap<SnapshotId, VolumeId>();
        var rows = new ArrayList<SnapshotRow>();
        for (var row : known) {
            if (row.state() != SnapshotStatus.PENDING) {
                continue;
            }
            var volume = row.volumeId().orElseThrow();
            if (backend.exists(volume)) {
                keys.assign(row);
                possible.put(row.snapshotId(), volume);
                rows.add(row);
            } else {
                settle(row, SnapshotStatus.ERROR, String.valueOf(new NoSuchVolumeException(volume).getMessage()));
            }
        }
        backend.snapshot(possible);
        // In one transaction: whether they must be taken again is decided for all of them.
        transactions.call(session -> {
            rows.forEach(row -> snapshots.settle(session, row, SnapshotStatus.COMPLETED, ""));
            return true;
        });
        changes.raise();
    }

    private void settle(SnapshotRow row, SnapshotStatus state, String message) {
        transactions.call(session -> {
            snapshots.settle(session, row, state, message);
            return true;
        });
        changes.raise();
    }
}
