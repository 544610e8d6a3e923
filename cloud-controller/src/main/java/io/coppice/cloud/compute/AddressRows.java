package io.coppice.cloud.compute;

import io.coppice.cloud.store.PlainSql;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The rows of a zone's addresses, each free or an instance's. Launches at the same time take different free rows by
 * {@code SKIP LOCKED}, so none waits for another. Every method belongs in the caller's transaction. Pure but for the database.
 */
final class AddressRows {
    /** What is free is found once: a join that looked again for each row would find the next free one, and take all. */
    private static final String TAKE = """
            with free as materialized (select zone, address, row_number() over () as n from (
                    select zone, address from addresses
                    where zone = ? and instance_id is null%s
                    order by freed_at nulls first, address limit ? for update skip locked) f)
            update addresses a set instance_id = w.instance_id, freed_at = null
            from free join unnest(?) with ordinality as w(instance_id, n) on w.n = free.n
            where a.zone = free.zone and a.address = free.address
            returning a.instance_id, a.address""";

    private static final String TAKE_ANY = TAKE.formatted("");
    private static final String TAKE_AMONG = TAKE.formatted(" and address = any(?)");
    private static final String RELEASE =
            "update addresses set instance_id = null, freed_at = now() where instance_id = any(?)";

    private AddressRows() {}

    /** A free address for each instance, by its id; fewer when there are not as many. */
    static Map<String, Long> take(EntityManager entities, String zone, List<String> instanceIds) {
        var taken = new HashMap<String, Long>();
        PlainSql.query(
                entities,
                TAKE_ANY,
                row -> taken.put(row.getString(1), row.getLong(2)),
                zone,
                instanceIds.size(),
                instanceIds.toArray(String[]::new));
        return taken;
    }

    /** As {@link #take(EntityManager, String, List)}, of these addresses only. */
    static Map<String, Long> take(
            EntityManager entities, String zone, List<String> instanceIds, Collection<Long> among) {
        var taken = new HashMap<String, Long>();
        PlainSql.query(
                entities,
                TAKE_AMONG,
                row -> taken.put(row.getString(1), row.getLong(2)),
                zone,
                among.toArray(Long[]::new),
                instanceIds.size(),
                instanceIds.toArray(String[]::new));
        return taken;
    }

    static void release(EntityManager entities, Collection<String> instanceIds) {
        if (!instanceIds.isEmpty()) {
            PlainSql.update(entities, RELEASE, (Object) instanceIds.toArray(String[]::new));
        }
    }
}
