package io.coppice.cloud.identity;

import io.coppice.cloud.access.ResourceFacts;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The paths of users, which stand before their names in ARNs. Thread-safe. */
final class UserFacts implements ResourceFacts {
    private final Database database;

    UserFacts(Database database) {
        this.database = database;
    }

    @Override
    public String kind() {
        return "iam:user";
    }

    @Override
    public Set<String> keys() {
        return Set.of();
    }

    @Override
    public Map<String, Map<String, List<String>>> of(AccountId account, Collection<String> names) {
        return Map.of();
    }

    @Override
    public Optional<String> nameInArn(AccountId account, String name) {
        return database
                .call(entities -> entities.createQuery(
                                "select u from User u where u.account.id = :account and lower(u.name) = :name",
                                UserRow.class)
                        .setParameter("account", account.value())
                        .setParameter("name", name.toLowerCase(Locale.ROOT))
                        .getResultList())
                .stream()
                .findFirst()
                .map(user -> user.path().substring(1) + user.name());
    }
}
