package io.coppice.cloud.identity.credential;

import io.coppice.cloud.action.Caller;
import io.coppice.cloud.identity.UserRow;
import io.coppice.cloud.identity.user.Users;
import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Whose access keys a request is about.
 *
 * @param user empty: the root of the account
 */
public record KeyOwner(AccountId account, Optional<UserRow> user) {
    /** What IAM calls the root where it has to call it something. */
    static final String ROOT = "root";

    /** A user. */
    public static KeyOwner of(UserRow user) {
        return new KeyOwner(user.account(), Optional.of(user));
    }

    /** An account's root. */
    public static KeyOwner root(AccountId account) {
        return new KeyOwner(account, Optional.empty());
    }

    /**
     * The user of that name. Where the request names nobody: the caller, and for those of the cloud's own account who act in
     * another one its root. Throws {@code NoSuchEntity}, or {@code ValidationError} when nobody is named and the caller has no
     * keys, such as a role.
     */
    static KeyOwner named(EntityManager entities, Caller caller, @Nullable String name) {
        return name == null && (isRoot(caller) || actsElsewhere(caller))
                ? root(caller.account())
                : of(Users.orCaller(entities, caller, name));
    }

    /** The user's name. */
    String name() {
        return user.map(UserRow::name).orElse(ROOT);
    }

    private static boolean isRoot(Caller caller) {
        return caller.userId().equals(caller.account().value());
    }

    private static boolean actsElsewhere(Caller caller) {
        return caller.system() && !caller.arn().contains("::" + caller.account() + ":");
    }
}
