package io.coppice.cloud.quota;

import io.coppice.cloud.store.PlainSql;
import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The quotas of accounts that differ from the configuration. Works in the caller's transaction. */
public final class AccountQuotas {
    private static final String OF_ACCOUNT = "select quota, value from account_quotas where account_id = ?";

    private AccountQuotas() {}

    /** All quotas that the account has of its own. */
    public static Map<Quota, Long> of(EntityManager entities, AccountId account) {
        return known(PlainSql.query(entities, OF_ACCOUNT, AccountQuotas::named, account.value()));
    }

    /** As {@link #of(EntityManager, AccountId)}, asked together with other things; to be got once these were run. */
    public static Supplier<Map<Quota, Long>> of(PlainSql.Together together, AccountId account) {
        var rows = together.query(OF_ACCOUNT, AccountQuotas::named, account.value());
        return () -> known(rows);
    }

    private static Map.Entry<String, Long> named(ResultSet row) throws SQLException {
        return Map.entry(row.getString(1), row.getLong(2));
    }

    private static Map<Quota, Long> known(List<Map.Entry<String, Long>> rows) {
        var quotas = new EnumMap<Quota, Long>(Quota.class);
        rows.forEach(row -> Quota.named(row.getKey()).ifPresent(quota -> quotas.put(quota, row.getValue())));
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
