package io.coppice.cloud.compute;

import io.coppice.cloud.store.PlainSql;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The addresses of a zone's flat network. Launches at the same time take different free rows by {@code SKIP LOCKED}, so
 * none waits for another; rows are made slice by slice as they are first needed. Thread-safe; every method belongs in
 * the caller's transaction.
 */
final class AddressPool {
    /** The first addresses are for the gateway and other servers, the top ones for hosts. */
    private static final int RESERVED_FIRST = 16;

    private static final int RESERVED_TOP = 256;
    private static final int SLICE = 1024;
    private static final int ADDRESS_BITS = 32;

    /** What is free is found once: a join that looked again for each row would find the next free one, and take all. */
    private static final String TAKE = """
            with free as materialized (select zone, address, row_number() over () as n from (
                    select zone, address from addresses
                    where zone = ? and instance_id is null
                    order by freed_at nulls first, address limit ? for update skip locked) f)
            update addresses a set instance_id = w.instance_id, freed_at = null
            from free join unnest(?) with ordinality as w(instance_id, n) on w.n = free.n
            where a.zone = free.zone and a.address = free.address
            returning a.instance_id, a.address""";

    private static final String GROW = """
            insert into addresses (zone, address)
            select r.zone, s from (select cast(? as varchar) as zone, cast(? as bigint) as first,
                    cast(? as bigint) as last) r,
                generate_series(
                    (select coalesce(max(a.address) + 1, r.first) from addresses a
                     where a.zone = r.zone and a.address between r.first and r.last),
                    r.last) s
            limit ?""";
    private static final String RELEASE =
            "update addresses set instance_id = null, freed_at = now() where instance_id = any(?)";

    private final long first;
    private final long last;

    /** Throws {@link IllegalArgumentException} when the range leaves no address for instances. */
    AddressPool(String cidr) {
        var slash = cidr.indexOf('/');
        if (slash < 0) {
            throw new IllegalArgumentException("coppice.network.cidr is not a range like 172.31.0.0/16: " + cidr);
        }
        var bits = Integer.parseInt(cidr.substring(slash + 1));
        var size = 1L << (ADDRESS_BITS - bits);
        var base = number(cidr.substring(0, slash)) & -size;
        first = base + RESERVED_FIRST;
        last = base + size - RESERVED_TOP - 1;
        if (last < first) {
            throw new IllegalArgumentException(
                    "coppice.network.cidr leaves no address for instances, take a /23 or larger: " + cidr);
        }
    }

    /** An address for each instance. Fewer when the zone has no more; the caller then rolls back. */
    Map<String, String> take(EntityManager entities, String zone, List<String> instanceIds) {
        var taken = new HashMap<String, String>();
        while (taken.size() < instanceIds.size()) {
            var missing =
                    instanceIds.stream().filter(id -> !taken.containsKey(id)).toList();
            PlainSql.query(
                    entities,
                    TAKE,
                    row -> taken.put(row.getString(1), text(row.getLong(2))),
                    zone,
                    missing.size(),
                    missing.toArray(String[]::new));
            if (taken.size() < instanceIds.size() && grow(entities, zone) == 0) {
                return taken;
            }
        }
        return taken;
    }

    /** Gives the addresses of these instances back; they are used again last. */
    void release(EntityManager entities, Collection<String> instanceIds) {
        if (!instanceIds.isEmpty()) {
            PlainSql.update(entities, RELEASE, (Object) instanceIds.toArray(String[]::new));
        }
    }

    private int grow(EntityManager entities, String zone) {
        PlainSql.lock(entities, "addresses " + zone);
        return PlainSql.update(entities, GROW, zone, first, last, SLICE);
    }

    private static long number(String address) {
        var parts = address.split("\\.", -1);
        if (parts.length != 4) {
            throw new IllegalArgumentException("not an IPv4 address: " + address);
        }
        var number = 0L;
        for (var part : parts) {
            number = number << 8 | Integer.parseInt(part);
        }
        return number;
    }

    private static String text(long address) {
        return (address >> 24 & 255) + "." + (address >> 16 & 255) + "." + (address >> 8 & 255) + "." + (address & 255);
    }
}
