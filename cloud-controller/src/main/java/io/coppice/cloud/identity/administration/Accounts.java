package io.coppice.cloud.identity.administration;

import io.coppice.cloud.identity.AccountRow;
import io.coppice.cloud.identity.UserRow;
import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.entity.Identifiers;
import io.coppice.cloud.identity.entity.Require;
import io.coppice.cloud.identity.policy.Attachments;
import io.coppice.cloud.identity.policy.BuiltInPolicies;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The accounts of the cloud. Works in the caller's transaction. */
public final class Accounts {
    /** The user that every account begins with, who may do everything in it. */
    public static final String ADMINISTRATOR = "admin";

    private static final Pattern ID = Pattern.compile("[0-9]{12}");
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{1,61}[a-z0-9]");
    private static final int SHORTEST = 3;
    private static final int LONGEST = 63;
    private static final int MOST = 10_000;

    private Accounts() {}

    /** The account of that name or id. */
    public static Optional<AccountRow> find(EntityManager entities, String nameOrId) {
        return entities
                .createQuery("select a from Account a where a.name = :given or a.id = :given", AccountRow.class)
                .setParameter("given", nameOrId)
                .getResultList()
                .stream()
                .findFirst();
    }

    /** As {@link #find}. Throws {@code ValidationError} or {@code NoSuchEntity}. */
    static AccountRow get(EntityManager entities, @Nullable String nameOrId) {
        var given = Require.length("accountName", nameOrId, SHORTEST, LONGEST);
        return find(entities, given)
                .orElseThrow(() -> IamErrors.noSuchEntity("The account with name " + given + " cannot be found."));
    }

    /** All accounts, in the order of their names. */
    static List<AccountRow> all(EntityManager entities) {
        return entities.createQuery("select a from Account a order by a.name", AccountRow.class)
                .setMaxResults(MOST)
                .getResultList();
    }

    /**
     * Makes an account with a user who may do everything in it. Throws {@code ValidationError}, {@code EntityAlreadyExists}
     * or {@code LimitExceeded}.
     */
    static AccountRow create(EntityManager entities, @Nullable String name, Instant now) {
        var checked = Require.length("accountName", name, SHORTEST, LONGEST);
        if (!NAME.matcher(checked).matches() || ID.matcher(checked).matches()) {
            throw IamErrors.validation("The specified value for accountName is invalid. It must have 3 to 63 lower-case"
                    + " letters, digits and hyphens, begin and end with a letter or digit, and not look like an"
                    + " account's id.");
        }
        // One at a time, so that two of a name cannot both see none.
        entities.createNativeQuery("select 1 from (select pg_advisory_xact_lock(hashtext('accounts'))) as locked")
                .getSingleResult();
        if (find(entities, checked).isPresent()) {
            throw IamErrors.alreadyExists("Account with name " + checked + " already exists.");
        }
        var present = entities.createQuery("select count(a) from Account a", Long.class)
                .getSingleResult();
        if (present >= MOST) {
            throw IamErrors.limitExceeded("Accounts", MOST);
        }
        var account = new AccountRow(Identifiers.accountId(), checked, Identifiers.canonicalId(), false, now);
        entities.persist(account);
        administrator(entities, account, now);
        return account;
    }

    /** Makes the first user of an account. */
    public static UserRow administrator(EntityManager entities, AccountRow account, Instant now) {
        var user = new UserRow(account, "/", ADMINISTRATOR, now);
        entities.persist(user);
        entities.flush();
        Attachments.add(entities, user.account(), user.id(), BuiltInPolicies.ADMINISTRATOR, now);
        return user;
    }
}
