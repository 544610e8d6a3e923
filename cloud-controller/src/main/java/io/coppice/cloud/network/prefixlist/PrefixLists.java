package io.coppice.cloud.network.prefixlist;

import io.coppice.cloud.network.NetworkKind;
import io.coppice.cloud.store.PlainSql;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Managed prefix lists in the database. Every method works in the caller's transaction. Thread-safe. */
@ApplicationScoped
public class PrefixLists {
    private static final String ENTRIES = """
            select prefix_list_id, cidr_block, description from managed_prefix_list_entries
            where prefix_list_id = any(?) and first_version <= ? and (end_version is null or end_version > ?)
            order by prefix_list_id, cidr_block""";

    /** An entry of a list. */
    record Entry(String cidr, String description) {}

    /** The account's list of this id, which cannot be deleted until the transaction ends; throws when there is none. */
    public String refer(EntityManager entities, AccountId account, String id) {
        return lock(entities, account, id, LockModeType.PESSIMISTIC_READ).id;
    }

    PrefixListRow require(EntityManager entities, AccountId account, String id) {
        return lock(entities, account, id, LockModeType.NONE);
    }

    PrefixListRow change(EntityManager entities, AccountId account, String id) {
        return lock(entities, account, id, LockModeType.PESSIMISTIC_WRITE);
    }

    private static PrefixListRow lock(EntityManager entities, AccountId account, String id, LockModeType mode) {
        NetworkKind.PREFIX_LIST.check(id);
        return Optional.ofNullable(entities.find(PrefixListRow.class, id, mode))
                .filter(list -> list.accountId.equals(account.value()))
                .orElseThrow(() -> NetworkKind.PREFIX_LIST.notFound(id));
    }

    /** How many rules each of these lists counts for: the most entries it may have. One query. */
    public Map<String, Integer> weights(EntityManager entities, Collection<String> ids) {
        return ids.isEmpty()
                ? Map.of()
                : entities
                        .createQuery("from PrefixListRow p where p.id in (:ids)", PrefixListRow.class)
                        .setParameter("ids", ids)
                        .getResultList()
                        .stream()
                        .collect(Collectors.toMap(list -> list.id, list -> list.maxEntries));
    }

    /** The ranges that are in each of these lists now. One query. */
    public Map<String, List<String>> ranges(EntityManager entities, Collection<String> ids) {
        var ranges = new HashMap<String, List<String>>();
        if (!ids.isEmpty()) {
            PlainSql.query(
                    entities,
                    ENTRIES,
                    row -> ranges.computeIfAbsent(row.getString(1), any -> new ArrayList<>())
                            .add(row.getString(2)),
                    ids.toArray(String[]::new),
                    Long.MAX_VALUE - 1,
                    Long.MAX_VALUE - 1);
        }
        return ranges;
    }

    /** The entries of a version of a list, by range. */
    List<Entry> entries(EntityManager entities, String id, long version) {
        return PlainSql.query(
                entities,
                ENTRIES,
                row -> new Entry(row.getString(2), row.getString(3)),
                new String[] {id},
                version,
                version);
    }

    /** Adds an entry from a version on. */
    void add(EntityManager entities, String id, long version, Entry entry) {
        PlainSql.update(
                entities,
                "insert into managed_prefix_list_entries (prefix_list_id, cidr_block, first_version, description)"
                        + " values (?, ?, ?, ?)",
                id,
                entry.cidr(),
                version,
                entry.description());
    }

    /** Takes an entry out from a version on. */
    void remove(EntityManager entities, String id, long version, String cidr) {
        PlainSql.update(
                entities,
                "update managed_prefix_list_entries set end_version = ? where prefix_list_id = ? and cidr_block = ?"
                        + " and end_version is null",
                version,
                id,
                cidr);
    }

    List<PrefixListRow> all(EntityManager entities, AccountId account) {
        return entities.createQuery(
                        "from PrefixListRow p where p.accountId = :account order by p.id", PrefixListRow.class)
                .setParameter("account", account.value())
                .getResultList();
    }

    /** The groups whose rules refer to a list. */
    List<String> users(EntityManager entities, String id) {
        return PlainSql.query(
                entities,
                "select distinct group_id from security_group_rules where peer = ? order by group_id",
                row -> row.getString(1),
                id);
    }

    /** The VPCs with such groups. */
    List<String> vpcs(EntityManager entities, String id) {
        return PlainSql.query(
                entities,
                "select distinct g.vpc_id from security_group_rules r join security_groups g on g.id = r.group_id"
                        + " where r.peer = ?",
                row -> row.getString(1),
                id);
    }
}
