package io.coppice.cloud.keypair;

import io.coppice.cloud.quota.AccountQuotas;
import io.coppice.cloud.quota.Quota;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.tag.Tags;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.KeyPairId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.hibernate.exception.ConstraintViolationException;

/** Key pairs in the database. Thread-safe. */
@ApplicationScoped
class KeyPairStore implements KeyPairs {
    private static final String RESOURCE_TYPE = "key-pair";

    private final Database database;
    private final Tags tags;
    private final KeyPairConfig config;

    KeyPairStore(Database database, Tags tags, KeyPairConfig config) {
        this.database = database;
        this.tags = tags;
        this.config = config;
    }

    @Override
    public String publicKey(AccountId account, String keyName) {
        return find(account, keyName).map(KeyPair::publicKey).orElseThrow(() -> KeyPairErrors.notFound(keyName));
    }

    /** Adds a key pair; throws {@code InvalidKeyPair.Duplicate} or {@code ResourceLimitExceeded}. */
    void add(AccountId account, KeyPair pair) {
        if (find(account, pair.name()).isPresent()) {
            throw KeyPairErrors.duplicate(pair.name());
        }
        database.run(entities -> {
            var present = entities.createQuery(
                            "select count(k) from KeyPairRow k where k.accountId = :account", Long.class)
                    .setParameter("account", account.value())
                    .getSingleResult();
            var limit = AccountQuotas.limit(entities, account, Quota.KEY_PAIRS, config.maxPerAccount());
            if (present >= limit) {
                throw KeyPairErrors.limitExceeded(limit);
            }
            entities.persist(new KeyPairRow(account, pair));
            try {
                entities.flush();
            } catch (ConstraintViolationException e) {
                // Somebody else made one of this name since we looked.
                throw KeyPairErrors.duplicate(pair.name());
            }
            tags.put(account, pair.id().value(), RESOURCE_TYPE, pair.tags());
        });
    }

    /** The key pair of this name, without its tags. */
    Optional<KeyPair> find(AccountId account, String name) {
        return database
                .call(entities -> entities.createQuery(
                                "from KeyPairRow k where k.accountId = :account and k.name = :name", KeyPairRow.class)
                        .setParameter("account", account.value())
                        .setParameter("name", name)
                        .getResultList())
                .stream()
                .map(row -> row.toKeyPair(Map.of()))
                .findFirst();
    }

    /** All key pairs of an account by name, with their tags: two queries. */
    List<KeyPair> list(AccountId account) {
        return database.call(entities -> {
            var rows = entities.createQuery(
                            "from KeyPairRow k where k.accountId = :account order by k.name", KeyPairRow.class)
                    .setParameter("account", account.value())
                    .getResultList();
            var tagsById = tags.of(account, rows.stream().map(KeyPairRow::id).toList());
            return rows.stream()
                    .map(row -> row.toKeyPair(tagsById.getOrDefault(row.id(), Map.of())))
                    .toList();
        });
    }

    /** Deletes a key pair and its tags; does nothing when it is gone. */
    void delete(AccountId account, KeyPairId id) {
        database.run(entities -> {
            entities.createQuery("delete from KeyPairRow k where k.accountId = :account and k.id = :id")
                    .setParameter("account", account.value())
                    .setParameter("id", id.value())
                    .executeUpdate();
            tags.removeAll(account, id.value());
        });
    }
}
