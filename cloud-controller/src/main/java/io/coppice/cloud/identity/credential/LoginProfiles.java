package io.coppice.cloud.identity.credential;

import io.coppice.cloud.identity.UserRow;
import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.entity.Sql;
import io.coppice.foundation.id.AccountId;
import io.coppice.wire.error.AwsException;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Passwords of users. Works in the caller's transaction. */
public final class LoginProfiles {
    private static final int MOST_REMEMBERED = 24;
    private static final int BAD_REQUEST = 400;

    private LoginProfiles() {}

    /** A user's password, if there is one. */
    public static Optional<LoginProfileRow> find(EntityManager entities, UserRow user) {
        return Optional.ofNullable(entities.find(LoginProfileRow.class, user.id()));
    }

    /** Whether the user has this password. The hash takes some tens of milliseconds. */
    public static boolean matches(EntityManager entities, UserRow user, String password) {
        return find(entities, user)
                .filter(row -> PasswordHashes.matches(password, row.passwordHash()))
                .isPresent();
    }

    /** The rules of an account, where it has set some. */
    public static Optional<PasswordRules> rules(EntityManager entities, AccountId account) {
        return Optional.ofNullable(entities.find(PasswordPolicyRow.class, account.value()))
                .map(PasswordPolicyRow::rules);
    }

    /** Gives a user a password. Throws {@code EntityAlreadyExists} or {@code PasswordPolicyViolation}. */
    static LoginProfileRow create(
            EntityManager entities, UserRow user, @Nullable String password, boolean resetRequired, Instant now) {
        if (find(entities, user).isPresent()) {
            throw IamErrors.alreadyExists("Login Profile for user " + user.name() + " already exists.");
        }
        var checked = check(entities, user, password);
        var row = new LoginProfileRow(user.id(), PasswordHashes.hash(checked), resetRequired, now);
        entities.persist(row);
        return row;
    }

    /** Throws {@code NoSuchEntity}. */
    static LoginProfileRow get(EntityManager entities, UserRow user) {
        return find(entities, user)
                .orElseThrow(
                        () -> IamErrors.noSuchEntity("Login Profile for User " + user.name() + " cannot be found."));
    }

    /** Changes a password. Throws {@code PasswordPolicyViolation}, also when it was used before and is remembered. */
    static void change(EntityManager entities, UserRow user, LoginProfileRow row, String password, Instant now) {
        var checked = check(entities, user, password);
        var remembered = rules(entities, user.account())
                .map(PasswordRules::rememberedPasswords)
                .orElse(0);
        if (remembered > 0) {
            var earlier = new ArrayList<>(List.of(row.passwordHash()));
            earlier.addAll(earlier(entities, user, remembered - 1));
            if (earlier.stream().anyMatch(hash -> PasswordHashes.matches(checked, hash))) {
                throw violation("Password should not be one of the last " + remembered + " passwords");
            }
        }
        remember(entities, user, row.passwordHash(), now);
        row.change(PasswordHashes.hash(checked), now);
    }

    static AwsException violation(String fault) {
        return AwsException.of("PasswordPolicyViolation", BAD_REQUEST, fault);
    }

    private static String check(EntityManager entities, UserRow user, @Nullable String password) {
        if (password == null || password.isEmpty()) {
            throw IamErrors.invalid("password", "Member must not be null");
        }
        rules(entities, user.account())
                .map(rules -> rules.fault(password))
                .orElseGet(() -> PasswordRules.usualFault(password))
                .ifPresent(fault -> {
                    throw violation(fault);
                });
        return password;
    }

    private static List<String> earlier(EntityManager entities, UserRow user, int most) {
        return Sql.texts(entities, """
                        select password_hash from {h-schema}earlier_passwords
                        where user_id = :user order by replaced_at desc limit :most""")
                .setParameter("user", user.id())
                .setParameter("most", most)
                .getResultList();
    }

    private static void remember(EntityManager entities, UserRow user, String hash, Instant now) {
        entities.createNativeQuery("""
                        insert into {h-schema}earlier_passwords (user_id, replaced_at, password_hash)
                        values (:user, :now, :hash) on conflict do nothing""")
                .setParameter("user", user.id())
                .setParameter("now", now)
                .setParameter("hash", hash)
                .executeUpdate();
        entities.createNativeQuery("""
                        delete from {h-schema}earlier_passwords where user_id = :user and replaced_at not in (
                          select replaced_at from {h-schema}earlier_passwords
                          where user_id = :user order by replaced_at desc limit :most)""")
                .setParameter("user", user.id())
                .setParameter("most", MOST_REMEMBERED)
                .executeUpdate();
    }
}
