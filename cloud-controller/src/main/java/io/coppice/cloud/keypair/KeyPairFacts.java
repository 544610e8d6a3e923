package io.coppice.cloud.keypair;

import io.coppice.cloud.access.ResourceFacts;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.tag.Tags;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What policies may ask about key pairs, which requests name by name or by id, and ARNs by name alone: a policy on the name
 * also holds for who comes with the id. Thread-safe.
 */
@ApplicationScoped
class KeyPairFacts implements ResourceFacts {
    private static final String NAME = "ec2:keypairname";
    private static final String TYPE = "ec2:keypairtype";
    private static final String TAG = "ec2:resourcetag/";
    private static final String GLOBAL_TAG = "aws:resourcetag/";

    private final Database database;
    private final Tags tags;

    KeyPairFacts(Database database, Tags tags) {
        this.database = database;
        this.tags = tags;
    }

    @Override
    public String kind() {
        return "ec2:key-pair";
    }

    @Override
    public Set<String> keys() {
        return Set.of(NAME, TYPE, TAG, GLOBAL_TAG);
    }

    @Override
    public Map<String, Map<String, List<String>>> of(AccountId account, Collection<String> names) {
        return database.call(entities -> {
            var pairs = pairs(account, "name", names);
            var tagsById = tags.of(
                    account, pairs.stream().map(each -> each.id().value()).toList());
            var found = new HashMap<String, Map<String, List<String>>>();
            pairs.forEach(pair -> found.put(
                    pair.name(), keys(pair, tagsById.getOrDefault(pair.id().value(), Map.of()))));
            return found;
        });
    }

    @Override
    public Optional<String> resolve(AccountId account, String member, String name) {
        return member.endsWith("Name")
                ? Optional.of(name)
                : pairs(account, "id", List.of(name)).stream().findFirst().map(KeyPair::name);
    }

    /** @param column {@code id} or {@code name} */
    private List<KeyPair> pairs(AccountId account, String column, Collection<String> values) {
        return database
                .call(entities -> entities.createQuery(
                                "from KeyPairRow k where k.accountId = :account and k." + column + " in (:values)",
                                KeyPairRow.class)
                        .setParameter("account", account.value())
                        .setParameter("values", values)
                        .getResultList())
                .stream()
                .map(row -> row.toKeyPair(Map.of()))
                .toList();
    }

    private static Map<String, List<String>> keys(KeyPair pair, Map<String, String> tags) {
        var keys = new HashMap<String, List<String>>();
        keys.put(NAME, List.of(pair.name()));
        keys.put(TYPE, List.of(pair.type()));
        tags.forEach((key, value) -> {
            keys.put(TAG + key, List.of(value));
            keys.put(GLOBAL_TAG + key, List.of(value));
        });
        return keys;
    }
}
