package io.coppice.cloud.identity.administration;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.Message;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.quota.AccountQuotas;
import io.coppice.cloud.quota.Quota;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import java.util.Arrays;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * Quotas of accounts. Users of the cloud's own account set them and read those of all accounts; others read their own.
 * Thread-safe.
 */
public final class QuotaActions implements ActionModule {
    private final Database database;
    private final ToLongFunction<Quota> configured;

    /** @param configured the quota of accounts that have none of their own */
    public QuotaActions(Database database, ToLongFunction<Quota> configured) {
        this.database = database;
        this.configured = configured;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.IAM, "PutAccountQuota", AccountMessages::request, this::put);
        registry.add(Service.IAM, "ListAccountQuotas", AccountMessages::request, this::list);
    }

    Message put(RequestContext context, Message request) {
        AccountActions.requireSystem(context);
        var key = request.get(AccountMessages.QUOTA).orElse("");
        var quota = Quota.named(key)
                .orElseThrow(() -> IamErrors.invalid(
                        "quota",
                        key,
                        "Member must satisfy enum value set: ["
                                + Arrays.stream(Quota.values()).map(Quota::key).collect(Collectors.joining(", "))
                                + "]"));
        var value = request.get(AccountMessages.VALUE).map(QuotaActions::number);
        database.run(entities -> {
            var account = Accounts.get(
                    entities, request.get(AccountMessages.ACCOUNT_NAME).orElse(null));
            AccountQuotas.put(entities, new AccountId(account.id()), quota, value.orElse(null));
        });
        return AccountMessages.nothing();
    }

    Message list(RequestContext context, Message request) {
        Optional<String> other = request.get(AccountMessages.ACCOUNT_NAME);
        if (other.isPresent()) {
            AccountActions.requireSystem(context);
        }
        return database.call(entities -> {
            var account = other.map(
                            name -> new AccountId(Accounts.get(entities, name).id()))
                    .orElse(context.account());
            var own = AccountQuotas.of(entities, account);
            var all = new TreeMap<String, Long>();
            for (var quota : Quota.values()) {
                all.put(quota.key(), own.getOrDefault(quota, configured.applyAsLong(quota)));
            }
            return AccountMessages.quotas(all);
        });
    }

    private static long number(String text) {
        try {
            var value = Long.parseLong(text);
            if (value >= 0) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw IamErrors.invalid("value", text, "Member must be a number");
        }
        throw IamErrors.invalid("value", text, "Member must have value greater than or equal to 0");
    }
}
