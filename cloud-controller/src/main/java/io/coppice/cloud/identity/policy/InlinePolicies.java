package io.coppice.cloud.identity.policy;

import io.coppice.cloud.identity.entity.Sql;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Policies that belong to one user, group or role. Works in the caller's transaction. */
public final class InlinePolicies {
    private InlinePolicies() {}

    /** Adds or replaces. */
    public static void put(EntityManager entities, String principalId, String name, String document) {
        entities.createNativeQuery("""
                        insert into {h-schema}inline_policies (principal_id, name, document)
                        values (:principal, :name, :document)
                        on conflict (principal_id, name) do update set document = excluded.document""")
                .setParameter("principal", principalId)
                .setParameter("name", name)
                .setParameter("document", document)
                .executeUpdate();
    }

    /** Removes; false when there is none of that name. */
    public static boolean remove(EntityManager entities, String principalId, String name) {
        return entities.createNativeQuery("""
                        delete from {h-schema}inline_policies where principal_id = :principal and name = :name""")
                        .setParameter("principal", principalId)
                        .setParameter("name", name)
                        .executeUpdate()
                > 0;
    }

    /** The document of that name. */
    public static Optional<String> find(EntityManager entities, String principalId, String name) {
        return Optional.ofNullable(of(entities, principalId).get(name));
    }

    /** Documents by their names, sorted. */
    public static Map<String, String> of(EntityManager entities, String principalId) {
        return of(entities, List.of(principalId)).getOrDefault(principalId, Map.of());
    }

    /** Documents by their names, by the unique id of whose they are; those without are left out. */
    public static Map<String, Map<String, String>> of(EntityManager entities, Collection<String> principalIds) {
        if (principalIds.isEmpty()) {
            return Map.of();
        }
        var found = new HashMap<String, Map<String, String>>();
        Sql.rows(entities, """
                        select principal_id, name, document from {h-schema}inline_policies
                        where principal_id in (:principals)""")
                .setParameter("principals", principalIds)
                .getResultList()
                .forEach(row -> found.computeIfAbsent((String) row[0], any -> new TreeMap<>())
                        .put((String) row[1], (String) row[2]));
        return found;
    }
}
