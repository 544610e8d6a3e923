package io.coppice.cloud.identity.entity;

import io.coppice.cloud.query.Pages.ChunkReader;
import io.coppice.cloud.quota.AccountQuotas;
import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One kind of rows by name. Every method works in the caller's transaction. Thread-safe.
 *
 * @param <T> the row
 */
public final class EntityRows<T extends EntityRow> {
    private final Class<T> type;
    private final EntityKind kind;

    /** The rows of this kind. */
    public EntityRows(Class<T> type, EntityKind kind) {
        this.type = type;
        this.kind = kind;
    }

    /** The one of that name, after the name was checked. Throws {@code ValidationError} or {@code NoSuchEntity}. */
    public T get(EntityManager entities, AccountId account, @Nullable String name) {
        var checked = Require.name(kind, name);
        return named(entities, account, checked).orElseThrow(() -> IamErrors.notFound(kind, checked));
    }

    /** The one of exactly that name. */
    public Optional<T> named(EntityManager entities, AccountId account, String name) {
        return sameName(entities, account, name).filter(row -> row.name().equals(name));
    }

    /** The one with this unique id, if it is this account's. */
    public Optional<T> byId(EntityManager entities, AccountId account, String id) {
        return Optional.ofNullable(entities.find(type, id))
                .filter(row -> row.account().equals(account));
    }

    /** By their unique ids; those that are gone are left out. */
    public Map<String, T> byIds(EntityManager entities, Collection<String> ids) {
        if (ids.isEmpty()) {
            return Map.of();
        }
        return entities
                .createQuery("select r from " + entityName(entities) + " r where r.id in (:ids)", type)
                .setParameter("ids", ids)
                .getResultList()
                .stream()
                .collect(Collectors.toMap(EntityRow::id, Function.identity()));
    }

    /** Adds one. Throws {@code EntityAlreadyExists}, or {@code LimitExceeded} when the account is full. */
    public T add(EntityManager entities, T row) {
        lock(entities, row.account());
        checkFree(entities, row.account(), row.name());
        var limit = limit(entities, row.account());
        if (count(entities, row.account()) >= limit) {
            throw IamErrors.limitExceeded(kind.quota(), limit);
        }
        entities.persist(row);
        return row;
    }

    private long limit(EntityManager entities, AccountId account) {
        return kind.accountQuota()
                .map(quota -> AccountQuotas.limit(entities, account, quota, kind.limit()))
                .orElse((long) kind.limit());
    }

    /** Renames one; what is null stays. Throws {@code EntityAlreadyExists}. */
    public void rename(EntityManager entities, T row, @Nullable String newPath, @Nullable String newName) {
        var path = newPath == null ? row.path() : Require.path("newPath", newPath);
        var name = newName == null ? row.name() : Require.name(kind, newName);
        if (!name.equalsIgnoreCase(row.name())) {
            checkFree(entities, row.account(), name);
        }
        row.rename(path, name);
    }

    /** How many the account has. */
    public long count(EntityManager entities, AccountId account) {
        return entities.createQuery(
                        "select count(r) from " + entityName(entities) + " r where r.accountId = :account", Long.class)
                .setParameter("account", account.value())
                .getSingleResult();
    }

    /** The account's under a path, in the order of {@link #sortKey}, for a listing. */
    public ChunkReader<T> under(EntityManager entities, AccountId account, String pathPrefix) {
        return (after, limit) -> entities.createQuery(
                        "select r from " + entityName(entities) + " r where r.accountId = :account"
                                + " and lower(r.name) > :after and left(r.path, length(:prefix)) = :prefix"
                                + " order by lower(r.name)",
                        type)
                .setParameter("account", account.value())
                .setParameter("after", after == null ? "" : after)
                .setParameter("prefix", pathPrefix)
                .setMaxResults(limit)
                .getResultList();
    }

    /** All of an account, in the order of their names; the kind's limit bounds them. */
    public List<T> all(EntityManager entities, AccountId account) {
        return under(entities, account, "/").read(null, kind.limit());
    }

    /** What listings are ordered by, unique in the account. */
    public String sortKey(T row) {
        return row.name().toLowerCase(Locale.ROOT);
    }

    /** Makes changes within one account wait for each other, so that limits hold. */
    public static void lock(EntityManager entities, AccountId account) {
        Sql.texts(entities, "select id from {h-schema}accounts where id = :account for update")
                .setParameter("account", account.value())
                .getSingleResult();
    }

    private void checkFree(EntityManager entities, AccountId account, String name) {
        if (sameName(entities, account, name).isPresent()) {
            throw IamErrors.exists(kind, name);
        }
    }

    private Optional<T> sameName(EntityManager entities, AccountId account, String name) {
        return entities
                .createQuery(
                        "select r from " + entityName(entities)
                                + " r where r.accountId = :account and lower(r.name) = :name",
                        type)
                .setParameter("account", account.value())
                .setParameter("name", name.toLowerCase(Locale.ROOT))
                .getResultList()
                .stream()
                .findFirst();
    }

    private String entityName(EntityManager entities) {
        return entities.getMetamodel().entity(type).getName();
    }
}
