package io.coppice.cloud.identity.user;

import io.coppice.cloud.action.Caller;
import io.coppice.cloud.identity.AccountRow;
import io.coppice.cloud.identity.UserRow;
import io.coppice.cloud.identity.entity.EntityKind;
import io.coppice.cloud.identity.entity.EntityRows;
import io.coppice.cloud.identity.entity.EntityTags;
import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.entity.Require;
import io.coppice.cloud.identity.group.Members;
import io.coppice.cloud.identity.policy.Attachments;
import io.coppice.cloud.identity.policy.InlinePolicies;
import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The users of accounts. Works in the caller's transaction. */
public final class Users {
    /** Users by name. */
    public static final EntityRows<UserRow> ROWS = new EntityRows<>(UserRow.class, EntityKind.USER);

    private Users() {}

    /** Adds one. Throws {@code EntityAlreadyExists}, {@code LimitExceeded} or {@code ValidationError}. */
    public static UserRow create(
            EntityManager entities, AccountId account, @Nullable String path, @Nullable String name, Instant now) {
        var owner = entities.find(AccountRow.class, account.value());
        return ROWS.add(entities, new UserRow(owner, Require.path(path), Require.name(EntityKind.USER, name), now));
    }

    /**
     * The user of that name; the caller where the request names nobody. Throws {@code NoSuchEntity}, or {@code
     * ValidationError} when nobody is named and the caller is no user.
     */
    public static UserRow orCaller(EntityManager entities, Caller caller, @Nullable String name) {
        if (name != null) {
            return ROWS.get(entities, caller.account(), name);
        }
        if (!EntityKind.USER.owns(caller.userId())) {
            throw IamErrors.validation("Must specify userName when calling with non-User credentials");
        }
        return ROWS.byId(entities, caller.account(), caller.userId())
                .orElseThrow(() -> IamErrors.notFound(EntityKind.USER, caller.userId()));
    }

    /** Deletes one. Throws {@code DeleteConflict} while the user has credentials, policies or groups. */
    static void delete(EntityManager entities, AccountId account, @Nullable String name) {
        var user = ROWS.get(entities, account, name);
        var id = user.id();
        refuseWhile(exists(entities, "access_keys", id), "must delete access keys first");
        refuseWhile(exists(entities, "login_profiles", id), "must delete login profile first");
        refuseWhile(exists(entities, "mfa_devices", id), "must delete MFA device first");
        refuseWhile(
                exists(entities, "user_public_keys", id), "must delete signing certificates and SSH public keys first");
        refuseWhile(!InlinePolicies.of(entities, id).isEmpty(), "must delete policies first");
        refuseWhile(!Attachments.of(entities, id).isEmpty(), "must detach all policies first");
        refuseWhile(!Members.groupsOf(entities, id).isEmpty(), "must remove users from group first");
        EntityTags.removeAll(entities, id);
        entities.createNativeQuery("delete from {h-schema}earlier_passwords where user_id = :user")
                .setParameter("user", id)
                .executeUpdate();
        entities.remove(user);
    }

    private static void refuseWhile(boolean present, String before) {
        if (present) {
            throw IamErrors.deleteConflict(before);
        }
    }

    /** The table is one of the constants above. */
    private static boolean exists(EntityManager entities, String table, String userId) {
        return !entities.createNativeQuery("select 1 from {h-schema}" + table + " where user_id = :user limit 1")
                .setParameter("user", userId)
                .getResultList()
                .isEmpty();
    }
}
