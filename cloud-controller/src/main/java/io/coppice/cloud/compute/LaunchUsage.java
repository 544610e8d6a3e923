package io.coppice.cloud.compute;

import io.coppice.cloud.store.PlainSql;
import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/**
 * What the instances of an account take of its quotas. To count them costs the more the more there are, and nearly every launch
 * is far from its quota: each adds itself to an upper bound, and all are counted only when something does not fit below that.
 * Only launches and {@link #forget} may change it, both under {@link #lock}.
 *
 * @param instances that are not terminated
 * @param vcpus of these
 * @param memoryMib of these
 */
record LaunchUsage(long instances, long vcpus, long memoryMib) {
    private static final String COUNT = """
            select count(*), coalesce(sum(vcpus), 0), coalesce(sum(memory_mib), 0)
            from instances where account_id = ? and state <> 'TERMINATED'""";

    private static final String BOUND = "select instances, vcpus, memory_mib from launch_usage where account_id = ?";

    private static final String KEEP = """
            insert into launch_usage (account_id, instances, vcpus, memory_mib) values (?, ?, ?, ?)
            on conflict (account_id) do update
            set instances = excluded.instances, vcpus = excluded.vcpus, memory_mib = excluded.memory_mib""";

    private static final String FORGET = "delete from launch_usage where account_id = ?";

    /** The name of the lock under which launches of an account follow each other, whichever process they are in. */
    static String lock(AccountId account) {
        return "launch " + account;
    }

    /** The upper bound; no value where none is known. To be read once the statements were run. */
    static List<LaunchUsage> bound(PlainSql.Together together, AccountId account) {
        return together.query(BOUND, LaunchUsage::read, account.value());
    }

    /** What it is now. */
    static LaunchUsage count(EntityManager entities, AccountId account) {
        return PlainSql.query(entities, COUNT, LaunchUsage::read, account.value())
                .getFirst();
    }

    private static LaunchUsage read(ResultSet row) throws SQLException {
        return new LaunchUsage(row.getLong(1), row.getLong(2), row.getLong(3));
    }

    /** Keeps this as the upper bound. */
    void keep(PlainSql.Together together, AccountId account) {
        together.update(KEEP, account.value(), instances, vcpus, memoryMib);
    }

    /** An instance of the account takes something else than at its launch: the next launch counts. */
    static void forget(EntityManager entities, AccountId account) {
        PlainSql.lock(entities, lock(account));
        PlainSql.update(entities, FORGET, account.value());
    }
}
