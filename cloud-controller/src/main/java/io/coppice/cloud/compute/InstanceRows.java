package io.coppice.cloud.compute;

import io.coppice.cloud.store.EntityReader;
import io.coppice.cloud.store.EntityWriter;
import io.coppice.cloud.store.PlainSql;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.MalformedIdException;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.lang.invoke.MethodHandles;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedSet;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The queries on instances that several features share. Every method belongs in the caller's transaction. */
final class InstanceRows {
    /**
     * Of an account and with these ids, in this order. The account is an expression, which no index knows: as long as the
     * table has no statistics, as after the first launches, PostgreSQL would read every row of the account instead.
     */
    static final String OF_IDS = "account_id || '' = ? and id = any(?)";

    private static final EntityReader<Instance> READER =
            new EntityReader<>(Instance.class, MethodHandles.lookup(), Map.of());

    /** What reports change: see {@link Instance#observe}. */
    private static final Set<String> OBSERVED = Set.of(
            "desired",
            "generation",
            "state",
            "state_reason_code",
            "state_reason_message",
            "terminated_at",
            "phase",
            "progress_percent",
            "guest_agent",
            "node_id",
            "observed_generation",
            "observed_reboot_count",
            "observed_epoch",
            "observed_sequence",
            "observed_at",
            "ever_ran",
            "unschedulable_since",
            "settled",
            "applied_at",
            "private_ip",
            "host_reachable");

    private static final EntityWriter<Instance> WRITER =
            new EntityWriter<>(Instance.class, MethodHandles.lookup(), OBSERVED);

    private static final String OBSERVE = READER.select() + " where id = any(?) order by id for update";
    private static final String DUE = READER.select()
            + " where zone = ? and not settled and (applied_at is null or applied_at < ?)"
            + " and not exists (select from unnest(?, ?) as handed(id, generation)"
            + " where handed.id = instances.id and handed.generation = instances.generation)"
            + " order by applied_at nulls first, serial limit ?";

    private InstanceRows() {}

    /** Adds new instances, together with other statements. */
    static void add(PlainSql.Together together, List<Instance> rows) {
        WRITER.insert(together, rows);
    }

    /**
     * As {@link #lockAny}, of rows that no session watches: what reports change of them is written by {@link
     * #writeObserved}.
     */
    static Map<String, Instance> lockToObserve(EntityManager entities, Collection<String> ids) {
        return byId(PlainSql.query(entities, OBSERVE, READER::read, (Object) ids.toArray(String[]::new)));
    }

    /** Writes what reports have changed of rows that are locked. */
    static void writeObserved(EntityManager entities, Collection<Instance> rows) {
        WRITER.update(entities, rows);
    }

    /**
     * At most so many instances of a zone that are not as desired and were not handed over since, for longest first.
     *
     * @param handedOver since then, where the rows do not say it
     */
    static List<Instance> due(
            EntityManager entities, String zone, Instant since, HandOvers.Columns handedOver, int limit) {
        return PlainSql.query(
                entities,
                DUE,
                READER::read,
                zone,
                since.atOffset(ZoneOffset.UTC),
                handedOver.ids(),
                handedOver.generations(),
                limit);
    }

    /** The ids of a request, checked for their form and without repeats. */
    static SequencedSet<String> checkIds(Collection<String> given) {
        var ids = new LinkedHashSet<String>();
        for (var id : given) {
            try {
                ids.add(new InstanceId(id).value());
            } catch (MalformedIdException e) {
                throw InstanceErrors.malformed(id);
            }
        }
        return ids;
    }

    /** As {@link #checkIds}, of a request that must name at least one. */
    static SequencedSet<String> requireIds(Collection<String> given) {
        if (given.isEmpty()) {
            throw InstanceErrors.missing("InstanceId");
        }
        return checkIds(given);
    }

    /**
     * The account's instances of these ids, locked until the transaction ends, in the order of the ids given. Throws
     * {@code InvalidInstanceID.NotFound}.
     */
    static List<Instance> lock(EntityManager entities, AccountId account, SequencedSet<String> ids) {
        return inOrder(lockPresent(entities, account, ids), ids);
    }

    /** As {@link #lock}; ids that name none of the account's instances are absent. */
    static Map<String, Instance> lockPresent(EntityManager entities, AccountId account, Collection<String> ids) {
        return ids.isEmpty()
                ? Map.of()
                : byId(entities.createQuery(
                                "select i from Instance i where i.accountId = :account and i.id in :ids order by i.id",
                                Instance.class)
                        .setParameter("account", account.value())
                        .setParameter("ids", ids)
                        .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                        .getResultList());
    }

    /** As {@link #lock}, to read only. */
    static List<Instance> read(EntityManager entities, AccountId account, SequencedSet<String> ids) {
        var rows = byId(entities.createQuery(
                        "select i from Instance i where i.accountId = :account and i.id in :ids", Instance.class)
                .setParameter("account", account.value())
                .setParameter("ids", ids)
                .getResultList());
        return inOrder(rows, ids);
    }

    /** Throws as {@link #read} does, and reads no more than that takes. */
    static void check(EntityManager entities, AccountId account, SequencedSet<String> ids) {
        var found = new HashSet<>(PlainSql.query(
                entities,
                "select id from instances where " + OF_IDS,
                row -> row.getString(1),
                account.value(),
                ids.toArray(String[]::new)));
        var missing = ids.stream().filter(id -> !found.contains(id)).toList();
        if (!missing.isEmpty()) {
            throw InstanceErrors.notFound(missing);
        }
    }

    /** One instance to read; throws like {@link #read}. */
    static Instance one(EntityManager entities, AccountId account, String id) {
        return read(entities, account, checkIds(List.of(id))).getFirst();
    }

    /** Instances of any account, locked in the order of their ids; ids that are unknown are absent. */
    static Map<String, Instance> lockAny(EntityManager entities, Collection<String> ids) {
        return ids.isEmpty()
                ? Map.of()
                : byId(entities.createQuery("select i from Instance i where i.id in :ids order by i.id", Instance.class)
                        .setParameter("ids", ids)
                        .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                        .getResultList());
    }

    static List<Instance> ofReservation(EntityManager entities, String reservation) {
        return entities.createQuery(
                        "select i from Instance i where i.reservationId = :reservation order by i.launchIndex",
                        Instance.class)
                .setParameter("reservation", reservation)
                .getResultList();
    }

    private static Map<String, Instance> byId(List<Instance> rows) {
        return rows.stream().collect(Collectors.toMap(i -> i.id, Function.identity(), (a, b) -> a, LinkedHashMap::new));
    }

    private static List<Instance> inOrder(Map<String, Instance> rows, SequencedSet<String> ids) {
        var missing = ids.stream().filter(id -> !rows.containsKey(id)).toList();
        if (!missing.isEmpty()) {
            throw InstanceErrors.notFound(missing);
        }
        return ids.stream()
                .map(rows::get)
                .<Instance>map(java.util.Objects::requireNonNull)
                .toList();
    }
}
