package io.coppice.cloud.placement;

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
import java.util.stream.Collectors;

/** What policies may ask about placement groups: their ARNs have the name, their tags hang on the id. Thread-safe. */
@ApplicationScoped
class PlacementGroupFacts implements ResourceFacts {
    private static final String TAG = "ec2:resourcetag/";
    private static final String GLOBAL_TAG = "aws:resourcetag/";

    private final Database database;
    private final StoredPlacementGroups groups;
    private final Tags tags;

    PlacementGroupFacts(Database database, StoredPlacementGroups groups, Tags tags) {
        this.database = database;
        this.groups = groups;
        this.tags = tags;
    }

    @Override
    public String kind() {
        return "ec2:" + PlacementGroupActions.RESOURCE_TYPE;
    }

    @Override
    public Set<String> keys() {
        return Set.of(TAG, GLOBAL_TAG);
    }

    @Override
    public Map<String, Map<String, List<String>>> of(AccountId account, Collection<String> names) {
        return database.call(entities -> {
            var ids = groups.all(entities, account).stream()
                    .filter(row -> names.contains(row.name))
                    .collect(Collectors.toMap(row -> row.name, row -> row.id));
            var byId = tags.of(account, ids.values());
            var found = new HashMap<String, Map<String, List<String>>>();
            ids.forEach((name, id) -> {
                var keys = new HashMap<String, List<String>>();
                byId.getOrDefault(id, Map.of()).forEach((key, value) -> {
                    keys.put(TAG + key, List.of(value));
                    keys.put(GLOBAL_TAG + key, List.of(value));
                });
                found.put(name, keys);
            });
            return found;
        });
    }

    @Override
    public Optional<String> resolve(AccountId account, String member, String name) {
        return member.endsWith("Name")
                ? Optional.of(name)
                : database.call(
                        entities -> groups.find(entities, account, "id", name).map(row -> row.name));
    }
}
