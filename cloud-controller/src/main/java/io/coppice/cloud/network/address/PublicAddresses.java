package io.coppice.cloud.network.address;

import io.coppice.cloud.network.InterfaceChoice;
import io.coppice.cloud.network.IpRange;
import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.network.gateway.PublicAddressUse;
import io.coppice.cloud.store.PlainSql;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.math.BigInteger;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Public addresses in the database. Those who take one at the same time take different free rows by {@code SKIP LOCKED}; rows
 * are made slice by slice as they are first needed. Every method works in the caller's transaction. Thread-safe.
 */
@ApplicationScoped
public class PublicAddresses implements PublicAddressUse {
    /** What ids of associations begin with. */
    public static final String ASSOCIATION_PREFIX = "eipassoc-";

    private static final int RESERVED_FIRST = 16;
    private static final int LEAST_BITS = 4;
    private static final long SLICE = 256;
    private static final String COLUMNS = "select address, account_id, allocation_id, association_id, interface_id,"
            + " private_address, domain_name from public_addresses where ";
    /** What is free is found once: a join that looked again for each row would find the next free one, and take all. */
    private static final String TAKE_ONE = """
            with free as materialized (
                    select address from public_addresses where account_id is null and address between ? and ?
                    order by freed_at nulls first, address limit 1 for update skip locked)
            update public_addresses a set account_id = ?, allocation_id = ?, freed_at = null
            from free
            where a.address = free.address
            returning a.address""";

    private static final String TAKE_FOR_INTERFACES = """
            with free as materialized (select address, row_number() over () as n from (
                    select address from public_addresses where account_id is null and address between ? and ?
                    order by freed_at nulls first, address limit ? for update skip locked) f)
            update public_addresses a
            set account_id = w.account_id, association_id = w.association_id, interface_id = w.interface_id,
                private_address = w.private_address, freed_at = null
            from free join unnest(?, ?, ?, ?) with ordinality as w(account_id, association_id, interface_id, private_address, n)
              on w.n = free.n
            where a.address = free.address
            returning a.interface_id""";
    private static final String FREE = """
            update public_addresses
            set account_id = null, allocation_id = null, association_id = null, interface_id = null,
                private_address = null, domain_name = null, freed_at = now()
            where\s""";
    private static final String LOOSEN =
            "update public_addresses set association_id = null, interface_id = null, private_address = null where ";

    private final String pool;
    private final long first;
    private final long last;

    /** Throws {@link IllegalArgumentException} when the pool is no range, or too small. */
    public PublicAddresses(AddressConfig config) {
        var range = IpRange.parse(config.cidr())
                .filter(each -> !each.ipv6() && each.prefix() <= Integer.SIZE - LEAST_BITS - 1)
                .orElseThrow(() -> new IllegalArgumentException(
                        "coppice.network.public.cidr is no IPv4 range of /27 or larger: " + config.cidr()));
        pool = range.toString();
        first = range.first().longValueExact() + RESERVED_FIRST;
        last = range.last().longValueExact() - 1;
    }

    /** An interface's private address that wants a public one. */
    public record Wanted(String accountId, String interfaceId, String privateIp) {}

    @Override
    public boolean any(EntityManager entities, String vpcId) {
        return !PlainSql.query(
                        entities,
                        "select 1 from public_addresses a join network_interfaces i on i.id = a.interface_id"
                                + " where i.vpc_id = ? limit 1",
                        row -> true,
                        vpcId)
                .isEmpty();
    }

    /** Whether an address is one that could be given out. */
    boolean inPool(String ip) {
        return IpRange.address(ip)
                .filter(number -> ip.indexOf(':') < 0)
                .map(BigInteger::longValueExact)
                .filter(number -> number >= first && number <= last)
                .isPresent();
    }

    /** Takes any free address for an account; empty when there is none. */
    Optional<String> allocate(EntityManager entities, AccountId account, String allocationId) {
        while (true) {
            var taken = PlainSql.query(
                    entities, TAKE_ONE, row -> text(row.getLong(1)), first, last, account.value(), allocationId);
            if (!taken.isEmpty()) {
                return Optional.of(taken.getFirst());
            }
            if (!grow(entities)) {
                return Optional.empty();
            }
        }
    }

    /** Takes this address of the pool for an account; false when somebody has it. */
    boolean allocate(EntityManager entities, AccountId account, String allocationId, String ip) {
        return PlainSql.update(
                        entities,
                        "insert into public_addresses as a (address, account_id, allocation_id) values (?, ?, ?)"
                                + " on conflict (address) do update set account_id = excluded.account_id,"
                                + " allocation_id = excluded.allocation_id, freed_at = null where a.account_id is null",
                        number(ip),
                        account.value(),
                        allocationId)
                > 0;
    }

    /** Gives each of these interfaces a public address that goes with it; false when there are not enough. */
    public boolean take(EntityManager entities, List<Wanted> wanted) {
        var missing = wanted;
        while (!missing.isEmpty()) {
            var done = new HashSet<>(PlainSql.query(
                    entities,
                    TAKE_FOR_INTERFACES,
                    row -> row.getString(1),
                    first,
                    last,
                    missing.size(),
                    missing.stream().map(Wanted::accountId).toArray(String[]::new),
                    missing.stream()
                            .map(each -> NetworkKind.newId(ASSOCIATION_PREFIX))
                            .toArray(String[]::new),
                    missing.stream().map(Wanted::interfaceId).toArray(String[]::new),
                    missing.stream().map(each -> number(each.privateIp())).toArray(Long[]::new)));
            missing = missing.stream()
                    .filter(each -> !done.contains(each.interfaceId()))
                    .toList();
            if (!missing.isEmpty() && !grow(entities)) {
                return false;
            }
        }
        return true;
    }

    /** Lets an elastic address stand for a private address of an interface, which no other one does. */
    void associate(EntityManager entities, String allocationId, String associationId, Wanted to) {
        PlainSql.update(
                entities,
                "update public_addresses set association_id = ?, interface_id = ?, private_address = ?"
                        + " where allocation_id = ?",
                associationId,
                to.interfaceId(),
                number(to.privateIp()),
                allocationId);
    }

    /** The address stands for nothing any more: an elastic one stays with its account, another goes back to the pool. */
    public void disassociate(EntityManager entities, PublicAddress address) {
        PlainSql.update(entities, (address.elastic() ? LOOSEN : FREE) + "address = ?", number(address.ip()));
    }

    /** As {@link #disassociate} for all addresses of interfaces that are to be deleted. */
    public void disassociateAll(EntityManager entities, Collection<String> interfaceIds) {
        if (!interfaceIds.isEmpty()) {
            var ids = interfaceIds.toArray(String[]::new);
            PlainSql.update(entities, FREE + "interface_id = any(?) and allocation_id is null", (Object) ids);
            PlainSql.update(entities, LOOSEN + "interface_id = any(?)", (Object) ids);
        }
    }

    /** Gives an elastic address back to the pool. */
    void release(EntityManager entities, String allocationId) {
        PlainSql.update(entities, FREE + "allocation_id = ?", allocationId);
    }

    /** Gives an elastic address that stands for nothing to another account, as an allocation of its own. */
    void hand(EntityManager entities, String allocationId, AccountId to, String newAllocationId) {
        PlainSql.update(
                entities,
                "update public_addresses set account_id = ?, allocation_id = ?, domain_name = null"
                        + " where allocation_id = ?",
                to.value(),
                newAllocationId,
                allocationId);
    }

    void wishName(EntityManager entities, String allocationId, @Nullable String domainName) {
        PlainSql.update(
                entities,
                "update public_addresses set domain_name = ? where allocation_id = ?",
                domainName,
                allocationId);
    }

    /** The addresses that stand for private ones of interfaces, by interface; complete once the statements were run. */
    public static Map<String, List<PublicAddress>> of(PlainSql.Together together, InterfaceChoice choice) {
        var found = new HashMap<String, List<PublicAddress>>();
        together.query(
                COLUMNS + "interface_id" + choice.condition(),
                row -> found.computeIfAbsent(row.getString(5), any -> new ArrayList<>())
                        .add(read(row)),
                (Object) choice.ids());
        return found;
    }

    /** The elastic addresses of an account, by allocation. */
    List<PublicAddress> elastic(EntityManager entities, AccountId account) {
        return PlainSql.query(
                entities,
                COLUMNS + "account_id = ? and allocation_id is not null order by allocation_id",
                PublicAddresses::read,
                account.value());
    }

    /** The account's elastic address that one of these names, locked for the rest of the transaction. */
    Optional<PublicAddress> change(EntityManager entities, AccountId account, String column, String value) {
        var where = column + " = ? and account_id = ? and allocation_id is not null for update";
        Object key = column.equals("address") ? (Object) number(value) : value;
        return PlainSql.query(entities, COLUMNS + where, PublicAddresses::read, key, account.value()).stream()
                .findFirst();
    }

    private static PublicAddress read(ResultSet row) throws SQLException {
        var privateAddress = row.getLong(6);
        return new PublicAddress(
                text(row.getLong(1)),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                privateAddress == 0 ? null : text(privateAddress),
                row.getString(7));
    }

    /** Makes more rows; whether any is free now, of these or of those that somebody else made while this one waited. */
    private boolean grow(EntityManager entities) {
        PlainSql.lock(entities, "public addresses");
        PlainSql.update(
                entities,
                "insert into public_address_slices (pool, next_address) values (?, ?) on conflict do nothing",
                pool,
                first);
        var next = PlainSql.query(
                        entities,
                        "select next_address from public_address_slices where pool = ?",
                        row -> row.getLong(1),
                        pool)
                .getFirst();
        var end = Math.min(next + SLICE - 1, last);
        if (next > last) {
            return hasFree(entities);
        }
        PlainSql.update(
                entities,
                "insert into public_addresses (address) select generate_series(?, ?) on conflict do nothing",
                next,
                end);
        PlainSql.update(entities, "update public_address_slices set next_address = ? where pool = ?", end + 1, pool);
        return true;
    }

    private boolean hasFree(EntityManager entities) {
        return !PlainSql.query(
                        entities,
                        "select address from public_addresses where account_id is null and address between ? and ?"
                                + " limit 1 for update skip locked",
                        row -> row.getLong(1),
                        first,
                        last)
                .isEmpty();
    }

    private static long number(String ip) {
        return IpRange.address(ip).orElseThrow().longValueExact();
    }

    private static String text(long number) {
        return IpRange.ipv4Text(BigInteger.valueOf(number));
    }
}
