package io.coppice.cloud.setting;

import io.coppice.cloud.store.PlainSql;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.EnumMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Settings of accounts in the database. Every method belongs in the caller's transaction. Thread-safe. */
@ApplicationScoped
class StoredAccountSettings implements AccountSettings {
    @Override
    public LaunchDefaults forLaunch(EntityManager entities, AccountId account) {
        var chosen = new EnumMap<AccountSetting, String>(AccountSetting.class);
        PlainSql.query(
                        entities,
                        "select name, value from account_settings where account_id = ?",
                        row -> Map.entry(AccountSetting.ofColumn(row.getString(1)), row.getString(2)),
                        account.value())
                .forEach(each -> chosen.put(each.getKey(), each.getValue()));
        return chosen.isEmpty() ? LaunchDefaults.NONE : new LaunchDefaults(chosen);
    }

    /** Chooses, or with null goes back to what is usual. */
    void put(EntityManager entities, AccountId account, AccountSetting setting, @Nullable String value) {
        if (value == null) {
            PlainSql.update(
                    entities,
                    "delete from account_settings where account_id = ? and name = ?",
                    account.value(),
                    setting.column());
        } else {
            PlainSql.update(
                    entities,
                    "insert into account_settings (account_id, name, value) values (?, ?, ?)"
                            + " on conflict (account_id, name) do update set value = excluded.value",
                    account.value(),
                    setting.column(),
                    value);
        }
    }
}
