package io.coppice.cloud.identity.credential;

import io.coppice.cloud.identity.AccessKeyRow;
import io.coppice.cloud.identity.AccountRow;
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

/** The access keys of users and roots. Every method is one transaction, or part of the caller's. Thread-safe. */
@Singleton
public final class UserKeys {
    /** Keys of a user, or of a root: AWS allows two, so that one can be replaced without a gap. */
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

    /** Somebody's keys, the oldest first. */
    public static List<AccessKeyRow> of(EntityManager entities, KeyOwner owner) {
        var whose = owner.user().isPresent() ? "k.user.id = :id" : "k.account.id = :id and k.user is null";
        return entities.createQuery(
                        "select k from AccessKey k where " + whose + " order by k.createdAt, k.id", AccessKeyRow.class)
                .setParameter(
                        "id",
                        owner.user().map(UserRow::id).orElse(owner.account().value()))
                .getResultList();
    }

    /** A new key with its secret, which is not told again. Throws {@code LimitExceeded} when the owner has two. */
    public NewKey create(KeyOwner owner) {
        return database.call(entities -> {
            EntityRows.lock(entities, owner.account());
            if (of(entities, owner).size() >= MOST_PER_USER) {
                throw IamErrors.limitExceeded("AccessKeysPerUser", MOST_PER_USER);
            }
            var id = Identifiers.accessKeyId();
            var secret = Identifiers.secret();
            var row = row(entities, owner, id, secrets.seal(id, secret));
            entities.persist(row);
            return new NewKey(row, secret);
        });
    }

    private AccessKeyRow row(EntityManager entities, KeyOwner owner, String id, byte[] sealed) {
        if (owner.user().isEmpty()) {
            var account = entities.find(AccountRow.class, owner.account().value());
            return AccessKeyRow.ofRoot(id, account, sealed, clock.instant());
        }
        var user = Optional.ofNullable(
                        entities.find(UserRow.class, owner.user().get().id()))
                .orElseThrow(() -> IamErrors.notFound(EntityKind.USER, owner.name()));
        return new AccessKeyRow(id, user, sealed, clock.instant());
    }

    /** Turns a key on or off. Throws {@code NoSuchEntity} when the owner has no such key. */
    public void activate(KeyOwner owner, String accessKeyId, boolean on) {
        database.run(entities -> find(entities, owner, accessKeyId).activate(on));
        invalidations.changed(accessKeyId);
    }

    /** Throws {@code NoSuchEntity} when the owner has no such key. */
    public void delete(KeyOwner owner, String accessKeyId) {
        database.run(entities -> entities.remove(find(entities, owner, accessKeyId)));
        invalidations.changed(accessKeyId);
    }

    private static AccessKeyRow find(EntityManager entities, KeyOwner owner, String accessKeyId) {
        return of(entities, owner).stream()
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
