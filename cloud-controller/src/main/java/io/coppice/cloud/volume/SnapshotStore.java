package io.coppice.cloud.volume;

import io.coppice.cloud.store.Database;
import io.coppice.cloud.tag.Tags;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.SnapshotId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Snapshots in the database. Thread-safe. */
@ApplicationScoped
class SnapshotStore {
    static final String RESOURCE_TYPE = "snapshot";

    /** While its owner blocks all public sharing, a public one is as private. */
    private static final String IS_PUBLIC = "s.isPublic and not exists (select p.accountId from PublicAccessRow p"
            + " where p.accountId = s.accountId and p.snapshots = 'block-all-sharing')";

    private final Database database;
    private final Tags tags;
    private final VolumeConfig config;

    SnapshotStore(Database database, Tags tags, VolumeConfig config) {
        this.database = database;
        this.tags = tags;
        this.config = config;
    }

    /** Adds snapshots of one account and one moment with their tags; throws {@code SnapshotLimitExceeded}. */
    void add(EntityManager entities, AccountId account, List<Snapshot> snapshots, SnapshotMoment moment) {
        // One creation at a time in an account: the quota is decided on what is really there.
        entities.createNativeQuery("select 1 from (select pg_advisory_xact_lock(hashtext(:account))) as locked")
                .setParameter("account", "snapshots " + account)
                .getResultList();
        var present = entities.createQuery(
                        "select count(s) from SnapshotRow s where s.accountId = :account", Long.class)
                .setParameter("account", account.value())
                .getSingleResult();
        if (present + snapshots.size() > config.maxSnapshotsPerAccount()) {
            throw SnapshotErrors.limitExceeded(config.maxSnapshotsPerAccount());
        }
        for (var snapshot : snapshots) {
            entities.persist(new SnapshotRow(snapshot, moment, zone(entities, snapshot)));
            tags.put(account, snapshot.id().value(), RESOURCE_TYPE, snapshot.tags());
        }
    }

    /** Where the bytes will be: where what it is of is. */
    private static @Nullable String zone(EntityManager entities, Snapshot snapshot) {
        if (snapshot.sourceId() != null) {
            var source = entities.find(SnapshotRow.class, snapshot.sourceId());
            return source == null ? null : source.zone().orElse(null);
        }
        var volume = entities.find(VolumeRow.class, snapshot.volumeId());
        return volume == null ? null : volume.zone();
    }

    /**
     * At most {@code limit} snapshots that an account may use, by id, with the account's own tags: three queries. Those
     * that were deleted are left out.
     */
    List<Snapshot> visible(AccountId account, @Nullable Collection<String> ids, @Nullable String after, int limit) {
        if (ids != null && ids.isEmpty()) {
            return List.of();
        }
        return database.call(entities -> {
            var query = entities.createQuery(
                            "from SnapshotRow s where s.internal = false and s.state not in ('deleting', 'recycled')"
                                    + " and (s.accountId = :account or :account member of s.sharedWith or "
                                    + IS_PUBLIC + ")"
                                    + (ids == null ? "" : " and s.id in (:ids)")
                                    + (after == null ? "" : " and s.id > :after")
                                    + " order by s.id",
                            SnapshotRow.class)
                    .setParameter("account", account.value())
                    .setMaxResults(limit);
            if (ids != null) {
                query.setParameter("ids", ids);
            }
            if (after != null) {
                query.setParameter("after", after);
            }
            var rows = query.getResultList();
            var tagsById = tags.of(account, rows.stream().map(SnapshotRow::id).toList());
            return rows.stream()
                    .map(row -> row.toSnapshot(tagsById.getOrDefault(row.id(), Map.of())))
                    .toList();
        });
    }

    /** A snapshot that an account may use; throws {@code InvalidSnapshot.NotFound}. */
    Snapshot require(AccountId account, String id) {
        return visible(account, List.of(id), null, 1).stream()
                .findFirst()
                .orElseThrow(() -> SnapshotErrors.notFound(id));
    }

    /** A snapshot of the account's own; throws {@code InvalidSnapshot.NotFound} or {@code AuthFailure}. */
    Snapshot own(AccountId account, String id) {
        var found = require(account, id);
        if (!found.owner().equals(account)) {
            throw SnapshotErrors.notOwner(id);
        }
        return found;
    }

    /** Where the bytes of a snapshot of whatever account are; empty: in the cloud's own zone, or there is none. */
    Optional<String> zone(String id) {
        return database.call(entities ->
                Optional.ofNullable(entities.find(SnapshotRow.class, id)).flatMap(SnapshotRow::zone));
    }

    /** What the EBS controller must know of a snapshot of whatever account; empty when there is none. */
    Optional<Unfinished> find(String id) {
        return database.call(entities ->
                Optional.ofNullable(entities.find(SnapshotRow.class, id)).map(SnapshotStore::unfinished));
    }

    /** The states of those of these that are there. */
    Map<String, SnapshotState> states(Collection<String> ids) {
        return ids.isEmpty()
                ? Map.of()
                : database
                        .call(entities -> entities.createQuery(
                                        "select s.id, s.state from SnapshotRow s where s.id in (:ids)", Object[].class)
                                .setParameter("ids", ids)
                                .getResultList())
                        .stream()
                        .collect(Collectors.toMap(row -> (String) row[0], row -> SnapshotState.parse((String) row[1])));
    }

    /** The ARNs of the keys of those of these, of whatever account, that are encrypted. */
    Map<String, String> keys(Collection<String> ids) {
        return ids.isEmpty()
                ? Map.of()
                : database
                        .call(entities -> entities.createQuery(
                                        "select s.id, s.kmsKeyId from SnapshotRow s where s.id in (:ids)"
                                                + " and s.kmsKeyId is not null",
                                        Object[].class)
                                .setParameter("ids", ids)
                                .getResultList())
                        .stream()
                        .collect(Collectors.toMap(row -> (String) row[0], row -> (String) row[1]));
    }

    /**
     * Snapshots of a zone that are not yet as they should be, oldest first, as many as one pass takes.
     *
     * @param standard whether the zone is also that of snapshots that say none
     * @param before new ones that were asked for later are left out: they are being taken
     */
    List<Unfinished> unfinished(String zone, boolean standard, Instant before) {
        return database.call(entities -> entities
                .createQuery(
                        "from SnapshotRow s where s.settled = false"
                                + " and (s.state <> 'pending' or s.startedAt < :before)"
                                + " and (s.zone = :zone or s.zone is null and :standard = true) order by s.startedAt",
                        SnapshotRow.class)
                .setParameter("zone", zone)
                .setParameter("standard", standard)
                .setParameter("before", before)
                .setMaxResults(config.batch())
                .getResultList()
                .stream()
                .map(SnapshotStore::unfinished)
                .toList());
    }

    private static Unfinished unfinished(SnapshotRow row) {
        return new Unfinished(row.toSnapshot(Map.of()), row.generation(), row.moment(), row.zone());
    }

    /**
     * A snapshot that the EBS controller must be told of, without tags.
     *
     * @param zone where its bytes are; empty: in the cloud's own
     */
    record Unfinished(Snapshot snapshot, long generation, SnapshotMoment moment, Optional<String> zone) {}

    /** Changes a snapshot under a lock; false when it is gone. */
    boolean change(SnapshotId id, Consumer<SnapshotRow> change) {
        return database.call(entities -> {
            var row = Optional.ofNullable(entities.find(SnapshotRow.class, id.value(), LockModeType.PESSIMISTIC_WRITE));
            row.ifPresent(change);
            return row.isPresent();
        });
    }

    /** Has those gone that nobody is shown and of which no volume is being made any more, as many as one pass takes. */
    void dropSpent() {
        database.run(entities -> entities.createQuery(
                        "from SnapshotRow s where s.internal = true and s.state in ('completed', 'error') and not exists"
                                + " (select v.id from VolumeRow v where v.snapshotId = s.id and v.state = 'creating')",
                        SnapshotRow.class)
                .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                .setMaxResults(config.batch())
                .getResultList()
                .forEach(SnapshotRow::delete));
    }

    /** Forgets a snapshot that is gone. */
    void purge(EntityManager entities, SnapshotRow row) {
        entities.remove(row);
        tags.removeAll(row.account(), row.id());
    }
}
