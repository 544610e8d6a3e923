package io.coppice.cloud.compute;

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

    private static final String TAKE = """
            update {h-schema}addresses a set instance_id = w.instance_id, freed_at = null
            from (select address, row_number() over () as n from (
                    select address from {h-schema}addresses
                    where zone = :zone and instance_id is null
                    order by freed_at nulls first, address limit :count for update skip locked) f) free
            join unnest(cast(:ids as varchar[])) with ordinality as w(instance_id, n) on w.n = free.n
            where a.zone = :zone and a.address = free.address
            returning a.instance_id, a.address""";
    private static final String GROW = """
            insert into {h-schema}addresses (zone, address)
            select :zone, s from generate_series(
                (select coalesce(max(address) + 1, cast(:first as bigint)) from {h-schema}addresses
                 where zone = :zone and address between :first and :last),
                cast(:last as bigint)) s limit :slice""";

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
            for (var row : entities.createNativeQuery(TAKE, Object[].class)
                    .setParameter("zone", zone)
                    .setParameter("count", missing.size())
                    .setParameter("ids", missing.toArray(String[]::new))
                    .getResultList()) {
                var columns = (Object[]) row;
                taken.put((String) columns[0], text(((Number) columns[1]).longValue()));
            }
            if (taken.size() < instanceIds.size() && grow(entities, zone) == 0) {
                return taken;
            }
        }
        return taken;
    }

    /** Gives the addresses of these instances back; they are used again last. */
    void release(EntityManager entities, Collection<String> instanceIds) {
        if (!instanceIds.isEmpty()) {
            entities.createNativeQuery("update {h-schema}addresses set instance_id = null, freed_at = now()"
                            + " where instance_id = any(cast(:ids as varchar[]))")
                    .setParameter("ids", instanceIds.toArray(String[]::new))
                    .executeUpdate();
        }
    }

    private int grow(EntityManager entities, String zone) {
        entities.createNativeQuery("select 1 from (select pg_advisory_xact_lock(hashtextextended(:name, 0))) l")
                .setParameter("name", "addresses " + zone)
                .getSingleResult();
        return entities.createNativeQuery(GROW)
                .setParameter("zone", zone)
                .setParameter("first", first)
                .setParameter("last", last)
                .setParameter("slice", SLICE)
                .executeUpdate();
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
