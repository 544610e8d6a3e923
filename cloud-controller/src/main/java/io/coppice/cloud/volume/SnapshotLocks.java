package io.coppice.cloud.volume;

import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The locks of snapshots. Thread-safe. */
@ApplicationScoped
class SnapshotLocks {
    private final Database database;
    private final Clock clock;

    SnapshotLocks(Database database, Clock clock) {
        this.database = database;
        this.clock = clock;
    }

    /** A snapshot with its lock, which may be over. */
    record Locked(Snapshot snapshot, SnapshotLock lock) {}

    /** The time that locks are dated with. */
    Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    /** Throws when a snapshot, whose row is locked, cannot be deleted now. */
    void requireUnlocked(EntityManager entities, SnapshotRow snapshot) {
        find(entities, snapshot)
                .filter(lock -> lock.state(now()) != SnapshotLock.State.EXPIRED)
                .ifPresent(lock -> {
                    throw SnapshotErrors.locked(snapshot.id(), lock.state(now()));
                });
    }

    /** The lock of a snapshot; it may be over. */
    Optional<SnapshotLock> find(EntityManager entities, SnapshotRow snapshot) {
        return Optional.ofNullable(entities.find(SnapshotLockRow.class, snapshot.id()))
                .map(row -> row.toLock(snapshot.toSnapshot(Map.of()).completedAt()));
    }

    /** Locks a snapshot, whose row is locked, or changes its lock. */
    void put(EntityManager entities, SnapshotRow snapshot, SnapshotLock lock) {
        var row = entities.find(SnapshotLockRow.class, snapshot.id());
        if (row == null) {
            entities.persist(new SnapshotLockRow(snapshot.id(), lock));
        } else {
            row.become(lock);
        }
    }

    void remove(EntityManager entities, SnapshotRow snapshot) {
        var row = entities.find(SnapshotLockRow.class, snapshot.id());
        if (row != null) {
            entities.remove(row);
        }
    }

    /** At most {@code limit} snapshots of an account's own that have a lock, by id; of these ids when some are given. */
    List<Locked> list(AccountId account, Collection<String> ids, @Nullable String after, int limit) {
        return database.call(entities -> {
            var query = entities.createQuery(
                            "select s, l from SnapshotLockRow l join SnapshotRow s on s.id = l.snapshotId"
                                    + " where s.accountId = :account and s.state not in ('deleting', 'recycled')"
                                    + (ids.isEmpty() ? "" : " and s.id in (:ids)")
                                    + (after == null ? "" : " and s.id > :after")
                                    + " order by s.id",
                            Object[].class)
                    .setParameter("account", account.value())
                    .setMaxResults(limit);
            if (!ids.isEmpty()) {
                query.setParameter("ids", ids);
            }
            if (after != null) {
                query.setParameter("after", after);
            }
            return query.getResultList().stream().map(SnapshotLocks::locked).toList();
        });
    }

    private static Locked locked(Object[] row) {
        var snapshot = ((SnapshotRow) row[0]).toSnapshot(Map.of());
        return new Locked(snapshot, ((SnapshotLockRow) row[1]).toLock(snapshot.completedAt()));
    }
}
