package io.coppice.cloud.tag;

import io.coppice.cloud.store.Database;
import io.coppice.cloud.store.PlainSql;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Tags in the database. Thread-safe. */
@ApplicationScoped
class StoredTags implements Tags {
    private final Database database;

    StoredTags(Database database) {
        this.database = database;
    }

    @Override
    public void put(AccountId account, String resourceId, String resourceType, Map<String, String> tags) {
        putAll(account, List.of(resourceId), resourceType, tags);
    }

    @Override
    public void putAll(
            AccountId account, Collection<String> resourceIds, String resourceType, Map<String, String> tags) {
        TagRules.check(tags);
        if (tags.isEmpty() || resourceIds.isEmpty()) {
            return;
        }
        database.run(entities -> {
            entities.createNativeQuery("""
                            insert into {h-schema}tag (account_id, resource_id, key, value, resource_type)
                            select cast(:account as varchar), r.id, t.key, t.value, cast(:type as varchar)
                            from unnest(cast(:resources as varchar[])) as r(id),
                              unnest(cast(:keys as varchar[]), cast(:values as varchar[])) as t(key, value)
                            on conflict (account_id, resource_id, key) do update set value = excluded.value
                            """)
                    .setParameter("account", account.value())
                    .setParameter("type", resourceType)
                    .setParameter("resources", resourceIds.toArray(String[]::new))
                    .setParameter("keys", tags.keySet().toArray(String[]::new))
                    .setParameter("values", tags.values().toArray(String[]::new))
                    .executeUpdate();
            overfull(entities, account, resourceIds).ifPresent(id -> {
                throw TagErrors.limitExceeded(id, TagRules.MAX_PER_RESOURCE);
            });
        });
    }

    /** One of these that has more tags than it may. */
    private static Optional<String> overfull(
            EntityManager entities, AccountId account, Collection<String> resourceIds) {
        return entities
                .createQuery(
                        "select t.id.resourceId from TagRow t where t.id.accountId = :account"
                                + " and t.id.resourceId in (:ids) and t.id.key not like :reserved group by t.id.resourceId having count(t) > :most",
                        String.class)
                .setParameter("account", account.value())
                .setParameter("ids", resourceIds)
                .setParameter("reserved", TagRules.RESERVED_PREFIX + "%")
                .setParameter("most", (long) TagRules.MAX_PER_RESOURCE)
                .setMaxResults(1)
                .getResultList()
                .stream()
                .findFirst();
    }

    @Override
    public Map<String, Map<String, String>> of(AccountId account, Collection<String> resourceIds) {
        if (resourceIds.isEmpty()) {
            return Map.of();
        }
        var byResource = new HashMap<String, Map<String, String>>();
        // One array: as a list, a page's ids would be a thousand parameters to parse and plan.
        database.read(entities -> PlainSql.query(
                entities,
                "select resource_id, key, value from tag where account_id = ? and resource_id = any(?)",
                row -> byResource
                        .computeIfAbsent(row.getString(1), id -> new HashMap<>())
                        .put(row.getString(2), row.getString(3)),
                account.value(),
                resourceIds.toArray(String[]::new)));
        return byResource;
    }

    @Override
    public void removeAll(AccountId account, String resourceId) {
        database.run(entities -> entities.createQuery(
                        "delete from TagRow t where t.id.accountId = :account and t.id.resourceId = :resource")
                .setParameter("account", account.value())
                .setParameter("resource", resourceId)
                .executeUpdate());
    }

    /** Removes the tags that users gave; those of the cloud stay. */
    void removeGiven(AccountId account, String resourceId) {
        database.run(entities -> entities.createQuery("delete from TagRow t where t.id.accountId = :account"
                        + " and t.id.resourceId = :resource and t.id.key not like :reserved")
                .setParameter("account", account.value())
                .setParameter("resource", resourceId)
                .setParameter("reserved", TagRules.RESERVED_PREFIX + "%")
                .executeUpdate());
    }

    /** Removes one tag; with a value, only if that is its value. */
    void remove(AccountId account, String resourceId, String key, @Nullable String value) {
        database.run(entities -> {
            var query = entities.createQuery("delete from TagRow t where t.id.accountId = :account"
                            + " and t.id.resourceId = :resource and t.id.key = :key"
                            + (value == null ? "" : " and t.value = :value"))
                    .setParameter("account", account.value())
                    .setParameter("resource", resourceId)
                    .setParameter("key", key);
            if (value != null) {
                query.setParameter("value", value);
            }
            query.executeUpdate();
        });
    }

    /** At most {@code limit} tags of an account, by resource and key, after the one with this sort key. */
    List<ResourceTag> list(
            AccountId account, @Nullable Collection<String> resourceIds, @Nullable String after, int limit) {
        var slash = after == null ? -1 : after.indexOf('/');
        return database.call(entities -> {
            var query = entities.createQuery(
                    "from TagRow t where t.id.accountId = :account"
                            + (resourceIds == null ? "" : " and t.id.resourceId in (:ids)")
                            + (after == null
                                    ? ""
                                    : " and (t.id.resourceId > :resource or (t.id.resourceId = :resource and t.id.key > :key))")
                            + " order by t.id.resourceId, t.id.key",
                    TagRow.class);
            query.setParameter("account", account.value()).setMaxResults(limit);
            if (resourceIds != null) {
                query.setParameter("ids", resourceIds);
            }
            if (after != null) {
                query.setParameter("resource", after.substring(0, slash))
                        .setParameter("key", after.substring(slash + 1));
            }
            return query.getResultList().stream().map(TagRow::toTag).toList();
        });
    }
}
