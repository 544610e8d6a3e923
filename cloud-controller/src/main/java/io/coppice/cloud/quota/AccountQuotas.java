package io.coppice.cloud.quota;

import io.coppice.cloud.store.PlainSql;
import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The quotas of accounts that differ from the configuration. Works in the caller's transaction. */
public final class AccountQuotas {
    private AccountQuotas() {}

    /** All quotas that the account has of its own. */
    public static Map<Quota, Long> of(EntityManager entities, AccountId account) {
        var quotas = new EnumMap<Quota, Long>(Quota.class);
        PlainSql.query(
                        entities,
                        "select quota, value from account_quotas where account_id = ?",
                        row -> Map.entry(row.getString(1), row.getLong(2)),
                        account.value())
                .forEach(row -> Quota.named(row.getKey()).ifPresent(quota -> quotas.put(quota, row.getValue())));
        return quotas;
    }

    /** One quota of an account; {@code configured} where it has none of its own. */
    public static long limit(EntityManager entities, AccountId account, Quota quota, long configured) {
        return of(entities, account).getOrDefault(quota, configured);
    }

    /** Sets a quota; null goes back to the configuration. */
    public static void put(EntityManager entities, AccountId account, Quota quota, @Nullable Long value) {
        var sql = value == null
                ? "delete from {h-schema}account_quotas where account_id = :account and quota = :quota"
                : """
                insert into {h-schema}account_quotas (account_id, quota, value)
                values (:account, :quota, :value)
                on conflict (account_id, quota) do update set value = excluded.value""";
        var query = entities.createNativeQuery(sql)
                .setParameter("account", account.value())
                .setParameter("quota", quota.key());
        if (value != null) {
            query.setParameter("value", value);
        }
        query.executeUpdate();
    }
}
