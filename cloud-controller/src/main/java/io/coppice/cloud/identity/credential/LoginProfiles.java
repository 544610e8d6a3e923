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
    private static final int CONFLICT = 409;

    private LoginProfiles() {}

    /** A user's password, if there is one. */
    public static Optional<LoginProfileRow> find(EntityManager entities, UserRow user) {
        return Optional.ofNullable(entities.find(LoginProfileRow.class, user.id()));
    }

    /** The rules of an account, where it has set some. */
    public static Optional<PasswordRules> rules(EntityManager entities, AccountId account) {
        return Optional.ofNullable(entities.find(PasswordPolicyRow.class, account.value()))
                .map(PasswordPolicyRow::rules);
    }

    /**
     * What a new password must be held against, for {@link NewPassword#of}. Throws {@code PasswordPolicyViolation}.
     *
     * @param present the row of the user's present password; null when there is none
     */
    static Before before(
            EntityManager entities, UserRow user, @Nullable LoginProfileRow present, @Nullable String password) {
        check(entities, user, password);
        var remembered = rules(entities, user.account())
                .map(PasswordRules::rememberedPasswords)
                .orElse(0);
        if (present == null) {
            return new Before("", List.of(), remembered);
        }
        var hashes = new ArrayList<String>();
        if (remembered > 0) {
            hashes.add(present.passwordHash());
            hashes.addAll(earlier(entities, user, remembered - 1));
        }
        return new Before(present.passwordHash(), hashes, remembered);
    }

    /**
     * The hashes that a user has or had.
     *
     * @param present empty for none
     * @param remembered those that must not come again
     * @param most how many are remembered at most
     */
    record Before(String present, List<String> remembered, int most) {
        Before {
            remembered = List.copyOf(remembered);
        }
    }

    /** Throws {@code EntityAlreadyExists} when the user has a password. */
    static void requireNone(EntityManager entities, UserRow user) {
        if (find(entities, user).isPresent()) {
            throw IamErrors.alreadyExists("Login Profile for user " + user.name() + " already exists.");
        }
    }

    /** Gives a user a password. Throws {@code EntityAlreadyExists}. */
    static LoginProfileRow create(
            EntityManager entities, UserRow user, NewPassword password, boolean resetRequired, Instant now) {
        requireNone(entities, user);
        var row = new LoginProfileRow(user.id(), password.hash(), resetRequired, now);
        entities.persist(row);
        return row;
    }

    /** Throws {@code NoSuchEntity}. */
    static LoginProfileRow get(EntityManager entities, UserRow user) {
        return find(entities, user)
                .orElseThrow(
                        () -> IamErrors.noSuchEntity("Login Profile for User " + user.name() + " cannot be found."));
    }

    /** Changes a password. Throws {@code EntityTemporarilyUnmodifiable} when another change came between. */
    static void change(EntityManager entities, UserRow user, LoginProfileRow row, NewPassword password, Instant now) {
        if (!row.passwordHash().equals(password.before())) {
            throw AwsException.of(
                    "EntityTemporarilyUnmodifiable",
                    CONFLICT,
                    "The password of user " + user.name() + " is being changed by another request. Try again.");
        }
        remember(entities, user, row.passwordHash(), now);
        row.change(password.hash(), now);
    }

    static AwsException violation(String fault) {
        return AwsException.of("PasswordPolicyViolation", BAD_REQUEST, fault);
    }

    private static void check(EntityManager entities, UserRow user, @Nullable String password) {
        if (password == null || password.isEmpty()) {
            throw IamErrors.invalid("password", "Member must not be null");
        }
        rules(entities, user.account())
                .map(rules -> rules.fault(password))
                .orElseGet(() -> PasswordRules.usualFault(password))
                .ifPresent(fault -> {
                    throw violation(fault);
                });
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
