package io.coppice.cloud.placement;

import io.coppice.cloud.store.Database;
import io.coppice.cloud.tag.TaggableResource;
import io.coppice.foundation.id.AccountId;
import io.coppice.wire.error.AwsException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Placement groups in the database. Thread-safe. */
@ApplicationScoped
class StoredPlacementGroups implements PlacementGroups, TaggableResource {
    private final Database database;

    StoredPlacementGroups(Database database) {
        this.database = database;
    }

    @Override
    public Group require(AccountId account, @Nullable String name, @Nullable String id) {
        var named = name != null && !name.isEmpty();
        if (named && id != null && !id.isEmpty()) {
            throw PlacementGroupErrors.both();
        }
        var row = database.call(
                entities -> find(entities, account, named ? "name" : "id", String.valueOf(named ? name : id)));
        return row.map(found -> new Group(found.id, found.name, found.strategy(), found.partitionCount))
                .orElseThrow(() -> named
                        ? PlacementGroupErrors.unknown(String.valueOf(name))
                        : PlacementGroupErrors.unknownId(String.valueOf(id)));
    }

    /** All groups of an account by name: there are a few hundred at most. */
    List<PlacementGroupRow> all(EntityManager entities, AccountId account) {
        return entities.createQuery(
                        "from PlacementGroupRow g where g.accountId = :account order by g.name",
                        PlacementGroupRow.class)
                .setParameter("account", account.value())
                .getResultList();
    }

    Optional<PlacementGroupRow> find(EntityManager entities, AccountId account, String column, String value) {
        return entities
                .createQuery(
                        "from PlacementGroupRow g where g.accountId = :account and g." + column + " = :value",
                        PlacementGroupRow.class)
                .setParameter("account", account.value())
                .setParameter("value", value)
                .getResultList()
                .stream()
                .findFirst();
    }

    /** Whether an instance that is not terminated is in the group. */
    boolean inUse(EntityManager entities, String id) {
        return entities.createQuery(
                                "select count(i) from Instance i where i.placementGroup.id = :id"
                                        + " and i.state <> TERMINATED",
                                Long.class)
                        .setParameter("id", id)
                        .getSingleResult()
                > 0;
    }

    @Override
    public String idPrefix() {
        return PlacementGroupActions.PREFIX;
    }

    @Override
    public String resourceType() {
        return PlacementGroupActions.RESOURCE_TYPE;
    }

    @Override
    public boolean exists(AccountId account, String id) {
        return database.call(entities -> find(entities, account, "id", id)).isPresent();
    }

    @Override
    public AwsException notFound(String id) {
        return PlacementGroupErrors.unknownId(id);
    }
}
