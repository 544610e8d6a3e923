package io.coppice.cloud.keypair;

import io.coppice.cloud.access.ResourceFacts;
import io.coppice.cloud.store.Database;
import io.coppice.cloud.tag.Tags;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.KeyPairId;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

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
            var pairs = find(account, names);
            var tagsById = tags.of(
                    account,
                    pairs.values().stream().map(each -> each.id().value()).toList());
            var found = new HashMap<String, Map<String, List<String>>>();
            pairs.forEach((name, pair) ->
                    found.put(name, keys(pair, tagsById.getOrDefault(pair.id().value(), Map.of()))));
            return found;
        });
    }

    @Override
    public Optional<String> nameInArn(AccountId account, String name) {
        if (!name.startsWith(KeyPairId.PREFIX)) {
            return Optional.of(name);
        }
        return Optional.ofNullable(find(account, List.of(name)).get(name)).map(KeyPair::name);
    }

    /** By what was asked for. A name is looked for first: it may look like an id. */
    private Map<String, KeyPair> find(AccountId account, Collection<String> names) {
        var pairs = database
                .call(entities -> entities.createQuery(
                                "from KeyPairRow k where k.accountId = :account and (k.name in (:names) or k.id in (:names))",
                                KeyPairRow.class)
                        .setParameter("account", account.value())
                        .setParameter("names", names)
                        .getResultList())
                .stream()
                .map(row -> row.toKeyPair(Map.of()))
                .toList();
        var byId = pairs.stream().collect(Collectors.toMap(pair -> pair.id().value(), pair -> pair));
        var byName = pairs.stream().collect(Collectors.toMap(KeyPair::name, pair -> pair));
        var found = new HashMap<String, KeyPair>();
        for (var name : names) {
            var pair = byName.getOrDefault(name, byId.get(name));
            if (pair != null) {
                found.put(name, pair);
            }
        }
        return found;
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
