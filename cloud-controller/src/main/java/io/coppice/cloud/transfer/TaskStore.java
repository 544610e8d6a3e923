package io.coppice.cloud.transfer;

import io.coppice.cloud.store.Database;
import io.coppice.cloud.tag.Tags;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Tasks in the database. Thread-safe. */
@ApplicationScoped
class TaskStore {
    private static final int BATCH = 256;
    private static final String UNDER_WAY = "t.state in ('active', 'deleting')";

    private final Database database;
    private final Tags tags;
    private final TransferConfig config;

    TaskStore(Database database, Tags tags, TransferConfig config) {
        this.database = database;
        this.tags = tags;
        this.config = config;
    }

    /** Writes a task, in the caller's transaction. Throws {@code ResourceLimitExceeded}. */
    void add(EntityManager entities, TaskRow task, List<DiskRow> disks, Map<String, String> given) {
        // One at a time in an account, so that the limit is one.
        entities.createNativeQuery("select 1 from (select pg_advisory_xact_lock(hashtext(:account))) as locked")
                .setParameter("account", "disk tasks " + task.account())
                .getResultList();
        var underWay = entities.createQuery(
                        "select count(t) from TaskRow t where t.accountId = :account and " + UNDER_WAY, Long.class)
                .setParameter("account", task.account().value())
                .getSingleResult();
        if (underWay >= config.maxPerAccount()) {
            throw TransferErrors.limitExceeded(config.maxPerAccount());
        }
        entities.persist(task);
        disks.forEach(entities::persist);
        tags.put(task.account(), task.id(), task.kind().resourceType(), given);
    }

    /** At most {@code limit} tasks of an account and a kind, by id: three queries. */
    List<Task> list(
            AccountId account, TaskKind kind, @Nullable Collection<String> ids, @Nullable String after, int limit) {
        return database.call(entities -> {
            var query = entities.createQuery(
                            "from TaskRow t where t.accountId = :account and t.kind = :kind"
                                    + (ids == null ? "" : " and t.id in (:ids)")
                                    + (after == null ? "" : " and t.id > :after")
                                    + " order by t.id",
                            TaskRow.class)
                    .setParameter("account", account.value())
                    .setParameter("kind", kind.text())
                    .setMaxResults(limit);
            if (ids != null) {
                query.setParameter("ids", ids);
            }
            if (after != null) {
                query.setParameter("after", after);
            }
            var rows = query.getResultList();
            var taskIds = rows.stream().map(TaskRow::id).toList();
            var disks = disks(entities, taskIds);
            var given = tags.of(account, taskIds);
            return rows.stream()
                    .map(row -> new Task(
                            row, disks.getOrDefault(row.id(), List.of()), given.getOrDefault(row.id(), Map.of())))
                    .toList();
        });
    }

    /** A task of an account; throws AWS's error of its kind when there is none. */
    Task require(AccountId account, TaskKind kind, String id) {
        return list(account, kind, List.of(id), null, 1).stream()
                .findFirst()
                .orElseThrow(() -> TransferErrors.notFound(kind, id));
    }

    /** Tasks that are not over, oldest first, as many as one pass takes. */
    List<String> underWay() {
        return database.call(entities -> entities.createQuery(
                        "select t.id from TaskRow t where " + UNDER_WAY + " order by t.createdAt", String.class)
                .setMaxResults(BATCH)
                .getResultList());
    }

    /** A task by its id, without its tags. */
    Optional<Task> find(String id) {
        return database.call(entities -> Optional.ofNullable(entities.find(TaskRow.class, id))
                .map(row -> new Task(row, disks(entities, List.of(id)).getOrDefault(id, List.of()), Map.of())));
    }

    private static Map<String, List<DiskRow>> disks(EntityManager entities, Collection<String> taskIds) {
        return taskIds.isEmpty()
                ? Map.of()
                : entities
                        .createQuery(
                                "from DiskRow d where d.taskId in (:ids) order by d.taskId, d.position", DiskRow.class)
                        .setParameter("ids", taskIds)
                        .getResultList()
                        .stream()
                        .collect(Collectors.groupingBy(DiskRow::taskId));
    }

    /** Changes a task under a lock, unless it has left this state meanwhile; false then. */
    boolean change(String id, TaskState expected, BiConsumer<EntityManager, TaskRow> change) {
        return database.call(entities -> {
            var row = entities.find(TaskRow.class, id, LockModeType.PESSIMISTIC_WRITE);
            if (row == null || row.state() != expected) {
                return false;
            }
            change.accept(entities, row);
            return true;
        });
    }

    /** Changes a disk of an active task that is still at this step; false when that is over. */
    boolean change(DiskRow disk, BiConsumer<EntityManager, DiskRow> change) {
        return database.call(entities -> {
            var task = entities.find(TaskRow.class, disk.taskId(), LockModeType.PESSIMISTIC_WRITE);
            var row = entities.find(DiskRow.class, disk.id());
            if (task == null || task.state() != TaskState.ACTIVE || row == null || row.step() != disk.step()) {
                return false;
            }
            task.tell("");
            change.accept(entities, row);
            return true;
        });
    }

    /** Forgets some of those that ended before. */
    void forgetEndedBefore(Instant time) {
        database.run(entities -> entities.createQuery(
                        "from TaskRow t where t.endedAt < :time order by t.endedAt", TaskRow.class)
                .setParameter("time", time)
                .setMaxResults(BATCH)
                .getResultList()
                .forEach(row -> {
                    entities.createQuery("delete from DiskRow d where d.taskId = :id")
                            .setParameter("id", row.id())
                            .executeUpdate();
                    entities.remove(row);
                    tags.removeAll(row.account(), row.id());
                }));
    }
}
