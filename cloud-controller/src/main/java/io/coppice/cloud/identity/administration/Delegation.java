package io.coppice.cloud.identity.administration;

import io.coppice.cloud.action.Caller;
import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import io.coppice.wire.error.AwsException;

/**
 * The parameter {@code DelegateAccount}, by which users of the cloud's own account act in another one. Who they are does not
 * change, so that logs and events name them. Thread-safe.
 */
public final class Delegation {
    /** The parameter. */
    public static final String PARAMETER = "DelegateAccount";

    private static final int FORBIDDEN = 403;

    private final Database database;

    public Delegation(Database database) {
        this.database = database;
    }

    /**
     * The caller as one of the other account. Throws {@code AccessDenied} for users of other accounts than the cloud's own
     * and {@code NoSuchEntity} when there is no such account.
     *
     * @param nameOrId empty: the caller's own account
     */
    public Caller act(Caller caller, String nameOrId) {
        if (nameOrId.isEmpty() || nameOrId.equals(caller.account().value())) {
            return caller;
        }
        if (!caller.system()) {
            throw AwsException.of(
                    "AccessDenied",
                    FORBIDDEN,
                    "User: " + caller.arn() + " is not authorized to act in another account. Only users of the cloud's"
                            + " own account are.");
        }
        var account = database.call(entities -> Accounts.find(entities, nameOrId))
                .orElseThrow(() -> IamErrors.noSuchEntity("The account with name " + nameOrId + " cannot be found."));
        return new Caller(
                new AccountId(account.id()),
                caller.arn(),
                caller.userId(),
                caller.accessKeyId(),
                caller.system(),
                caller.session());
    }
}
