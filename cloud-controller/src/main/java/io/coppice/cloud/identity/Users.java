package io.coppice.cloud.identity;

import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The users of accounts and their access keys. Every method is one transaction. Thread-safe. */
public final class Users {
    /** AWS allows two, so that one can be replaced without a gap. */
    static final int MAX_KEYS_PER_USER = 2;

    private static final int MAX_USERS_PER_ACCOUNT = 5_000;

    private final Database database;
    private final SecretBox secrets;
    private final Invalidations invalidations;
    private final Clock clock;

    public Users(Database database, SecretBox secrets, Invalidations invalidations, Clock clock) {
        this.database = database;
        this.secrets = secrets;
        this.invalidations = invalidations;
        this.clock = clock;
    }

    /** Throws {@code NoSuchEntity}. */
    UserRow get(AccountId account, String name) {
        return database.call(entities -> find(entities, account, name));
    }

    /** Throws {@code NoSuchEntity} when the id is no longer anybody's. */
    UserRow getById(String userId) {
        return database.call(entities -> Optional.ofNullable(entities.find(UserRow.class, userId))
                .orElseThrow(() -> IamErrors.noSuchUser(userId)));
    }

    /** By name, after {@code afterName}, up to {@code limit} of them. */
    List<UserRow> list(AccountId account, String pathPrefix, String afterName, int limit) {
        return database.call(entities -> entities.createQuery(
                        "select u from User u where u.account.id = :account and lower(u.name) > :after"
                                + " and left(u.path, length(:prefix)) = :prefix order by lower(u.name)",
                        UserRow.class)
                .setParameter("account", account.value())
                .setParameter("after", afterName.toLowerCase(Locale.ROOT))
                .setParameter("prefix", pathPrefix)
                .setMaxResults(limit)
                .getResultList());
    }

    /** Throws {@code EntityAlreadyExists} or {@code LimitExceeded}. */
    UserRow create(AccountId account, String name, String path) {
        return database.call(entities -> {
            var owner = lock(entities, account);
            if (findAny(entities, account, name).isPresent()) {
                throw IamErrors.userExists(name);
            }
            var count = entities.createQuery("select count(u) from User u where u.account.id = :account", Long.class)
                    .setParameter("account", account.value())
                    .getSingleResult();
            if (count >= MAX_USERS_PER_ACCOUNT) {
                throw IamErrors.limitExceeded("UsersPerAccount", MAX_USERS_PER_ACCOUNT);
            }
            var user = new UserRow(Identifiers.userId(), owner, name, path, clock.instant());
            entities.persist(user);
            return user;
        });
    }

    /** Throws {@code NoSuchEntity}, or {@code DeleteConflict} while the user has keys. */
    void delete(AccountId account, String name) {
        database.run(entities -> {
            lock(entities, account);
            var user = find(entities, account, name);
            if (!keysOf(entities, user).isEmpty()) {
                throw IamErrors.deleteConflict();
            }
            entities.remove(user);
        });
    }

    List<AccessKeyRow> keys(UserRow user) {
        return database.call(entities -> keysOf(entities, user));
    }

    /** A new key with its secret, which is not told again. Throws {@code LimitExceeded} when the user has two. */
    NewKey createKey(UserRow user) {
        return database.call(entities -> {
            lock(entities, new AccountId(user.account().id()));
            var owner = Optional.ofNullable(entities.find(UserRow.class, user.id()))
                    .orElseThrow(() -> IamErrors.noSuchUser(user.name()));
            if (keysOf(entities, owner).size() >= MAX_KEYS_PER_USER) {
                throw IamErrors.limitExceeded("AccessKeysPerUser", MAX_KEYS_PER_USER);
            }
            var id = Identifiers.accessKeyId();
            var secret = Identifiers.secret();
            var row = new AccessKeyRow(id, owner, secrets.seal(id, secret), clock.instant());
            entities.persist(row);
            return new NewKey(row, secret);
        });
    }

    /** Throws {@code NoSuchEntity} when the user has no such key. */
    void deleteKey(UserRow user, String accessKeyId) {
        database.run(entities -> {
            var row = keysOf(entities, user).stream()
                    .filter(key -> key.id().equals(accessKeyId))
                    .findFirst()
                    .orElseThrow(() -> IamErrors.noSuchKey(accessKeyId));
            entities.remove(row);
        });
        invalidations.changed(accessKeyId);
    }

    /** Changes within one account happen one after another, so that limits hold. */
    private static AccountRow lock(EntityManager entities, AccountId account) {
        return entities.find(AccountRow.class, account.value(), LockModeType.PESSIMISTIC_WRITE);
    }

    private static List<AccessKeyRow> keysOf(EntityManager entities, UserRow user) {
        return entities.createQuery(
                        "select k from AccessKey k where k.user.id = :user order by k.createdAt, k.id",
                        AccessKeyRow.class)
                .setParameter("user", user.id())
                .getResultList();
    }

    private static UserRow find(EntityManager entities, AccountId account, String name) {
        return findAny(entities, account, name)
                .filter(user -> user.name().equals(name))
                .orElseThrow(() -> IamErrors.noSuchUser(name));
    }

    private static Optional<UserRow> findAny(EntityManager entities, AccountId account, String name) {
        return entities
                .createQuery(
                        "select u from User u where u.account.id = :account and lower(u.name) = :name", UserRow.class)
                .setParameter("account", account.value())
                .setParameter("name", name.toLowerCase(Locale.ROOT))
                .getResultList()
                .stream()
                .findFirst();
    }

    /** A key and its secret, once. */
    record NewKey(AccessKeyRow row, String secret) {
        @Override
        public String toString() {
            return "NewKey[" + row.id() + "]";
        }
    }
}
