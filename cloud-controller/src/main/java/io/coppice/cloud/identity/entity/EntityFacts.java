package io.coppice.cloud.identity.entity;

import io.coppice.cloud.access.ResourceFacts;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What policies may ask about IAM's own things of one kind: their tags, and the paths before their names. Thread-safe. */
public final class EntityFacts implements ResourceFacts {
    private static final String TAG = "iam:resourcetag/";
    private static final String GLOBAL_TAG = "aws:resourcetag/";

    private final Database database;
    private final EntityRows<? extends EntityRow> rows;
    private final EntityKind kind;

    /** About these rows. */
    public EntityFacts(Database database, EntityRows<? extends EntityRow> rows, EntityKind kind) {
        this.database = database;
        this.rows = rows;
        this.kind = kind;
    }

    @Override
    public String kind() {
        return "iam:" + kind.arnType();
    }

    @Override
    public Set<String> keys() {
        return Set.of(TAG, GLOBAL_TAG);
    }

    @Override
    public Map<String, Map<String, List<String>>> of(AccountId account, Collection<String> names) {
        return database.call(entities -> {
            var found = new HashMap<String, Map<String, List<String>>>();
            for (var name : names) {
                rows.named(entities, account, nameAlone(name)).ifPresent(row -> {
                    var keys = new HashMap<String, List<String>>();
                    EntityTags.of(entities, row.id()).forEach(tag -> {
                        keys.put(TAG + tag.key(), List.of(tag.value()));
                        keys.put(GLOBAL_TAG + tag.key(), List.of(tag.value()));
                    });
                    found.put(name, keys);
                });
            }
            return found;
        });
    }

    @Override
    public Optional<String> nameInArn(AccountId account, String name) {
        return database.call(entities ->
                rows.named(entities, account, name).map(row -> row.path().substring(1) + row.name()));
    }

    /** Policies and devices are named by their ARNs, and no request of IAM is about many. */
    private static String nameAlone(String name) {
        return name.startsWith("arn:") ? name.substring(name.lastIndexOf('/') + 1) : name;
    }
}
