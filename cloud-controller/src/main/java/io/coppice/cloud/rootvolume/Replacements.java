package io.coppice.cloud.rootvolume;

import io.coppice.cloud.store.Database;
import io.coppice.cloud.store.PlainSql;
import io.coppice.cloud.tag.Tags;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Replacements in the database. Thread-safe. */
@ApplicationScoped
class Replacements {
    static final String PREFIX = "replacevol-";
    static final String RESOURCE_TYPE = "replace-root-volume-task";

    /** Their history is kept as long as their instance is. */
    static final int MOST_OF_INSTANCE = 1000;

    private final Database database;
    private final Tags tags;

    Replacements(Database database, Tags tags) {
        this.database = database;
        this.tags = tags;
    }

    /** A replacement with its tags. */
    record Tagged(ReplacementRow row, Map<String, String> tags) {}

    void add(EntityManager entities, ReplacementRow row, Map<String, String> given) {
        entities.persist(row);
        entities.flush();
        tags.put(row.account(), row.id(), RESOURCE_TYPE, given);
    }

    /** Those of an instance, the oldest first. */
    List<ReplacementRow> ofInstance(EntityManager entities, String instanceId) {
        return entities.createQuery(
                        "from ReplacementRow r where r.instanceId = :instance order by r.startedAt, r.id",
                        ReplacementRow.class)
                .setParameter("instance", instanceId)
                .setMaxResults(MOST_OF_INSTANCE)
                .getResultList();
    }

    /** At most {@code limit} of an account, by id; of these ids when some are given. */
    List<Tagged> list(AccountId account, Collection<String> ids, @Nullable String after, int limit) {
        return database.call(entities -> {
            var query = entities.createQuery(
                            "from ReplacementRow r where r.accountId = :account"
                                    + (ids.isEmpty() ? "" : " and r.id in (:ids)")
                                    + (after == null ? "" : " and r.id > :after")
                                    + " order by r.id",
                            ReplacementRow.class)
                    .setParameter("account", account.value())
                    .setMaxResults(limit);
            if (!ids.isEmpty()) {
                query.setParameter("ids", ids);
            }
            if (after != null) {
                query.setParameter("after", after);
            }
            var rows = query.getResultList();
            var tagsById =
                    tags.of(account, rows.stream().map(ReplacementRow::id).toList());
            return rows.stream()
                    .map(row -> new Tagged(row, tagsById.getOrDefault(row.id(), Map.of())))
                    .toList();
        });
    }

    /** Ids of those under way, those after {@code last} first: each comes in its turn. */
    List<String> underWay(String last, int limit) {
        return database.call(entities -> entities.createQuery(
                        "select r.id from ReplacementRow r where r.completedAt is null"
                                + " order by case when r.id > :last then 0 else 1 end, r.id",
                        String.class)
                .setParameter("last", last)
                .setMaxResults(limit)
                .getResultList());
    }

    /** Those of these instances that are under way: few of very many. */
    List<ReplacementRow> underWay(EntityManager entities, Collection<String> instanceIds) {
        if (instanceIds.isEmpty()) {
            return List.of();
        }
        entities.flush();
        // One array: as a list, a page's ids would be a thousand parameters to parse and plan.
        return PlainSql.query(
                        entities,
                        "select id from root_replacement where completed_at is null and instance_id = any(?)",
                        row -> row.getString(1),
                        (Object) instanceIds.toArray(String[]::new))
                .stream()
                .map(id -> find(entities, id))
                .flatMap(Optional::stream)
                .toList();
    }

    Optional<ReplacementRow> find(EntityManager entities, String id) {
        return Optional.ofNullable(entities.find(ReplacementRow.class, id));
    }

    /** Forgets some that were over before this time. Those of instances that are there tell what their roots were. */
    void forget(Instant before, int limit) {
        database.run(entities -> {
            var gone = entities.createNativeQuery(
                            "select r.id from {h-schema}root_replacement r where r.completed_at < :before and not exists"
                                    + " (select 1 from {h-schema}instances i where i.id = r.instance_id"
                                    + " and i.state <> 'TERMINATED') order by r.completed_at",
                            String.class)
                    .setParameter("before", before)
                    .setMaxResults(limit)
                    .getResultList();
            for (Object id : gone) {
                find(entities, (String) id).ifPresent(row -> {
                    tags.removeAll(row.account(), row.id());
                    entities.remove(row);
                });
            }
        });
    }
}
