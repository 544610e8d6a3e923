package io.coppice.cloud.volume;

import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.SnapshotId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Deleted snapshots whose owners can have them back for a while. The EBS controller knows nothing of it: to it they are as
 * before until they leave the bin. Thread-safe.
 */
@ApplicationScoped
class SnapshotBin {
    private final Database database;
    private final VolumeConfig config;
    private final SnapshotLocks locks;
    private final Clock clock;

    SnapshotBin(Database database, VolumeConfig config, SnapshotLocks locks, Clock clock) {
        this.locks = locks;
        this.database = database;
        this.config = config;
        this.clock = clock;
    }

    /**
     * A snapshot in the bin.
     *
     * @param leavesAt when it is gone for good
     */
    record Recycled(SnapshotId id, String volumeId, String description, Instant enteredAt, Instant leavesAt) {}

    /**
     * Takes a snapshot that its owner deletes, whose row is locked, and returns whether he can have it back. Otherwise, since
     * nothing is kept or it was never completed, it is to be gone. Throws {@code OperationNotPermitted} while it is locked.
     */
    boolean take(EntityManager entities, SnapshotRow row) {
        locks.requireUnlocked(entities, row);
        var retention = config.snapshotBinRetention();
        var keeps = retention.isPositive() && row.is(SnapshotState.COMPLETED);
        if (keeps) {
            var now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
            row.recycle(now, now.plus(retention));
        } else {
            row.delete();
        }
        return keeps;
    }

    /** At most {@code limit} snapshots of an account's own in the bin, by id; of these ids when some are given. */
    List<Recycled> list(AccountId account, Collection<String> ids, @Nullable String after, int limit) {
        return database.call(entities -> {
            var query = entities.createQuery(
                            "from SnapshotRow s where s.state = 'recycled' and s.accountId = :account"
                                    + (ids.isEmpty() ? "" : " and s.id in (:ids)")
                                    + (after == null ? "" : " and s.id > :after")
                                    + " order by s.id",
                            SnapshotRow.class)
                    .setParameter("account", account.value())
                    .setMaxResults(limit);
            if (!ids.isEmpty()) {
                query.setParameter("ids", ids);
            }
            if (after != null) {
                query.setParameter("after", after);
            }
            return query.getResultList().stream().map(SnapshotBin::recycled).toList();
        });
    }

    private static Recycled recycled(SnapshotRow row) {
        var snapshot = row.toSnapshot(Map.of());
        return new Recycled(
                snapshot.id(),
                snapshot.volumeId(),
                snapshot.description(),
                Objects.requireNonNull(row.recycledAt()),
                Objects.requireNonNull(row.leavesBinAt()));
    }

    /** Gives a snapshot back to its owner; throws {@code InvalidSnapshot.NotFound} when he has none of that id in the bin. */
    Snapshot restore(EntityManager entities, AccountId account, String id) {
        var row = entities.find(SnapshotRow.class, id, LockModeType.PESSIMISTIC_WRITE);
        if (row == null || !row.account().equals(account) || !row.is(SnapshotState.RECYCLED)) {
            throw SnapshotErrors.notFound(id);
        }
        row.restore();
        return row.toSnapshot(Map.of());
    }

    /** Has those gone whose time is over, as many as one pass takes. */
    void empty() {
        database.run(entities -> entities.createQuery(
                        "from SnapshotRow s where s.state = 'recycled' and s.leavesBinAt <= :now order by s.leavesBinAt",
                        SnapshotRow.class)
                .setParameter("now", clock.instant())
                .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                .setMaxResults(config.batch())
                .getResultList()
                .forEach(SnapshotRow::delete));
    }
}
