package io.coppice.cloud.identity.credential;

import io.coppice.cloud.identity.AccessKeyRow;
import io.coppice.cloud.identity.Invalidations;
import io.coppice.cloud.identity.SecretBox;
import io.coppice.cloud.identity.UserRow;
import io.coppice.cloud.identity.entity.EntityKind;
import io.coppice.cloud.identity.entity.EntityRows;
import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.entity.Identifiers;
import io.coppice.cloud.store.Database;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** The access keys of users. Every method is one transaction, or part of the caller's. Thread-safe. */
@Singleton
public final class UserKeys {
    /** AWS allows two, so that one can be replaced without a gap. */
    public static final int MOST_PER_USER = 2;

    private final Database database;
    private final SecretBox secrets;
    private final Invalidations invalidations;
    private final Clock clock;

    /** For the container and for tests. */
    public UserKeys(Database database, SecretBox secrets, Invalidations invalidations, Clock clock) {
        this.database = database;
        this.secrets = secrets;
        this.invalidations = invalidations;
        this.clock = clock;
    }

    /** A user's keys, the oldest first. */
    public static List<AccessKeyRow> of(EntityManager entities, UserRow user) {
        return entities.createQuery(
                        "select k from AccessKey k where k.user.id = :user order by k.createdAt, k.id",
                        AccessKeyRow.class)
                .setParameter("user", user.id())
                .getResultList();
    }

    /** A new key with its secret, which is not told again. Throws {@code LimitExceeded} when the user has two. */
    public NewKey create(UserRow user) {
        return database.call(entities -> {
            EntityRows.lock(entities, user.account());
            var owner = Optional.ofNullable(entities.find(UserRow.class, user.id()))
                    .orElseThrow(() -> IamErrors.notFound(EntityKind.USER, user.name()));
            if (of(entities, owner).size() >= MOST_PER_USER) {
                throw IamErrors.limitExceeded("AccessKeysPerUser", MOST_PER_USER);
            }
            var id = Identifiers.accessKeyId();
            var secret = Identifiers.secret();
            var row = new AccessKeyRow(id, owner, secrets.seal(id, secret), clock.instant());
            entities.persist(row);
            return new NewKey(row, secret);
        });
    }

    /** Turns a key on or off. Throws {@code NoSuchEntity} when the user has no such key. */
    public void activate(UserRow user, String accessKeyId, boolean on) {
        database.run(entities -> find(entities, user, accessKeyId).activate(on));
        invalidations.changed(accessKeyId);
    }

    /** Throws {@code NoSuchEntity} when the user has no such key. */
    public void delete(UserRow user, String accessKeyId) {
        database.run(entities -> entities.remove(find(entities, user, accessKeyId)));
        invalidations.changed(accessKeyId);
    }

    private static AccessKeyRow find(EntityManager entities, UserRow user, String accessKeyId) {
        return of(entities, user).stream()
                .filter(key -> key.id().equals(accessKeyId))
                .findFirst()
                .orElseThrow(
                        () -> IamErrors.noSuchEntity("The Access Key with id " + accessKeyId + " cannot be found."));
    }

    /** A key and its secret, once. */
    public record NewKey(AccessKeyRow row, String secret) {
        @Override
        public String toString() {
            return "NewKey[" + row.id() + "]";
        }
    }
}
