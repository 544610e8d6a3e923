package io.coppice.cloud.network.networkinterface;

import io.coppice.cloud.network.InterfaceChoice;
import io.coppice.cloud.network.IpRange;
import io.coppice.cloud.network.subnet.SubnetPart;
import io.coppice.cloud.network.subnet.SubnetRow;
import io.coppice.cloud.store.PlainSql;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/**
 * The private IPv4 addresses of subnets. Launches at the same time take different free rows by {@code SKIP LOCKED}, so none
 * waits for another; rows are made slice by slice as they are first needed. Every method works in the caller's transaction.
 * Thread-safe.
 */
@ApplicationScoped
class SubnetAddresses implements SubnetPart {
    /** The network itself, the router, the resolver and one more, as in AWS. */
    private static final int RESERVED_FIRST = 4;

    private static final long SLICE = 1024;
    /** What is free is found once: a join that looked again for each row would find the next free one, and take all. */
    private static final String TAKE = """
            with free as materialized (select address, row_number() over () as n from (
                    select address from subnet_addresses
                    where subnet_id = ? and interface_id is null
                    order by freed_at nulls first, address limit ? for update skip locked) f)
            update subnet_addresses a set interface_id = w.interface_id, place = w.place, freed_at = null
            from free join unnest(?, ?) with ordinality as w(interface_id, place, n) on w.n = free.n
            where a.subnet_id = ? and a.address = free.address
            returning a.interface_id, a.place, a.address""";

    private static final String CLAIM = """
            insert into subnet_addresses as a (subnet_id, address, interface_id, place) values (?, ?, ?, ?)
            on conflict (subnet_id, address) do update
            set interface_id = excluded.interface_id, place = excluded.place, freed_at = null
            where a.interface_id is null""";

    /** An address that an interface is to have; place 0 is the primary one's. */
    record Slot(String interfaceId, long place) {}

    /** An address of each slot; throws {@code InsufficientFreeAddressesInSubnet} when the subnet has not enough. */
    Map<Slot, String> take(EntityManager entities, SubnetRow subnet, Collection<Slot> slots) {
        var taken = new HashMap<Slot, String>();
        while (taken.size() < slots.size()) {
            var missing =
                    slots.stream().filter(slot -> !taken.containsKey(slot)).toList();
            PlainSql.query(
                    entities,
                    TAKE,
                    row -> taken.put(new Slot(row.getString(1), row.getLong(2)), text(row.getLong(3))),
                    subnet.id(),
                    missing.size(),
                    missing.stream().map(Slot::interfaceId).toArray(String[]::new),
                    missing.stream().map(Slot::place).toArray(Long[]::new),
                    subnet.id());
            if (taken.size() < slots.size() && !grow(entities, subnet)) {
                throw InterfaceErrors.noAddressLeft();
            }
        }
        return taken;
    }

    /** Gives a slot this address; throws {@code InvalidIPAddress.InUse} or says why it cannot be one. */
    void claim(EntityManager entities, SubnetRow subnet, Slot slot, String ip) {
        var number = check(subnet, ip);
        if (PlainSql.update(entities, CLAIM, subnet.id(), number, slot.interfaceId(), slot.place()) == 0) {
            throw InterfaceErrors.addressInUse(ip);
        }
    }

    private static long check(SubnetRow subnet, String ip) {
        var number =
                IpRange.address(ip).filter(any -> ip.indexOf(':') < 0).orElseThrow(() -> InterfaceErrors.malformed(ip));
        var range = subnet.range();
        if (!range.contains(number)) {
            throw InterfaceErrors.notInSubnet(ip);
        }
        if (number.compareTo(range.first().add(BigInteger.valueOf(RESERVED_FIRST))) < 0
                || number.equals(range.last())) {
            throw InterfaceErrors.reserved(ip);
        }
        return number.longValueExact();
    }

    /** The interface of the subnet that has an address; empty when none has. */
    List<String> holder(EntityManager entities, SubnetRow subnet, String ip) {
        return PlainSql.query(
                entities,
                "select interface_id from subnet_addresses where subnet_id = ? and address = ?"
                        + " and interface_id is not null for update",
                row -> row.getString(1),
                subnet.id(),
                check(subnet, ip));
    }

    /** The addresses of interfaces, the primary one first; complete once the statements were run. */
    static Map<String, List<String>> of(PlainSql.Together together, InterfaceChoice choice) {
        var found = new HashMap<String, List<String>>();
        together.query(
                "select interface_id, address from subnet_addresses where interface_id" + choice.condition()
                        + " order by interface_id, place, address",
                row -> found.computeIfAbsent(row.getString(1), any -> new ArrayList<>())
                        .add(text(row.getLong(2))),
                (Object) choice.ids());
        return found;
    }

    /** The place after the last one of an interface. */
    long nextPlace(EntityManager entities, String interfaceId) {
        return PlainSql.query(
                        entities,
                        "select coalesce(max(place), 0) + 1 from subnet_addresses where interface_id = ?",
                        row -> row.getLong(1),
                        interfaceId)
                .getFirst();
    }

    /** Gives one address back. */
    void release(EntityManager entities, String interfaceId, String ip) {
        PlainSql.update(
                entities,
                "update subnet_addresses set interface_id = null, place = 0, freed_at = now()"
                        + " where interface_id = ? and address = ?",
                interfaceId,
                IpRange.address(ip).orElseThrow().longValueExact());
    }

    /** Gives all addresses of these interfaces back; they are used again last. */
    void releaseAll(EntityManager entities, Collection<String> interfaceIds) {
        if (!interfaceIds.isEmpty()) {
            PlainSql.update(
                    entities,
                    "update subnet_addresses set interface_id = null, place = 0, freed_at = now()"
                            + " where interface_id = any(?)",
                    (Object) interfaceIds.toArray(String[]::new));
        }
    }

    @Override
    public Map<String, Integer> addresses(EntityManager entities, Collection<String> subnetIds) {
        var counts = new HashMap<String, Integer>();
        PlainSql.query(
                entities,
                "select subnet_id, count(*) from subnet_addresses where subnet_id = any(?)"
                        + " and interface_id is not null group by subnet_id",
                row -> counts.put(row.getString(1), row.getInt(2)),
                (Object) subnetIds.toArray(String[]::new));
        return counts;
    }

    /** Makes more rows; whether any is free now, of these or of those that somebody else made while this one waited. */
    private static boolean grow(EntityManager entities, SubnetRow subnet) {
        PlainSql.lock(entities, "addresses " + subnet.id());
        var range = subnet.range();
        PlainSql.update(
                entities,
                "insert into subnet_address_slices (subnet_id, next_address) values (?, ?) on conflict do nothing",
                subnet.id(),
                range.first().longValueExact() + RESERVED_FIRST);
        var next = PlainSql.query(
                        entities,
                        "select next_address from subnet_address_slices where subnet_id = ?",
                        row -> row.getLong(1),
                        subnet.id())
                .getFirst();
        var last = range.last().longValueExact() - 1;
        if (next > last) {
            return hasFree(entities, subnet);
        }
        var end = Math.min(next + SLICE - 1, last);
        PlainSql.update(
                entities,
                "insert into subnet_addresses (subnet_id, address) select ?, generate_series(?, ?)"
                        + " on conflict do nothing",
                subnet.id(),
                next,
                end);
        PlainSql.update(
                entities,
                "update subnet_address_slices set next_address = ? where subnet_id = ?",
                end + 1,
                subnet.id());
        return true;
    }

    private static boolean hasFree(EntityManager entities, SubnetRow subnet) {
        return !PlainSql.query(
                        entities,
                        "select address from subnet_addresses where subnet_id = ? and interface_id is null"
                                + " limit 1 for update skip locked",
                        row -> row.getLong(1),
                        subnet.id())
                .isEmpty();
    }

    private static String text(long number) {
        return IpRange.ipv4Text(BigInteger.valueOf(number));
    }

    /** What is given twice in a list, if anything. */
    static void checkDistinct(List<String> ips) {
        var seen = new HashSet<String>();
        ips.stream().filter(ip -> !seen.add(ip)).findFirst().ifPresent(ip -> {
            throw InterfaceErrors.addressInUse(ip);
        });
    }
}
