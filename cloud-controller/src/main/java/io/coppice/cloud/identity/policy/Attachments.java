package io.coppice.cloud.identity.policy;

import io.coppice.cloud.identity.entity.Sql;
import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Which managed policies are attached to whom, and who is bounded by them. Works in the caller's transaction. */
public final class Attachments {
    private Attachments() {}

    /** Attaches; attaching twice does nothing more. */
    public static void add(
            EntityManager entities, AccountId account, String principalId, String policyArn, Instant now) {
        entities.createNativeQuery("""
                        insert into {h-schema}policy_attachments (principal_id, policy_arn, account_id, attached_at)
                        values (:principal, :policy, :account, :now) on conflict do nothing""")
                .setParameter("principal", principalId)
                .setParameter("policy", policyArn)
                .setParameter("account", account.value())
                .setParameter("now", now)
                .executeUpdate();
    }

    /** Detaches; false when it was not attached. */
    public static boolean remove(EntityManager entities, String principalId, String policyArn) {
        return entities.createNativeQuery("""
                        delete from {h-schema}policy_attachments
                        where principal_id = :principal and policy_arn = :policy""")
                        .setParameter("principal", principalId)
                        .setParameter("policy", policyArn)
                        .executeUpdate()
                > 0;
    }

    /** The ARNs of what is attached to a principal, sorted. */
    public static List<String> of(EntityManager entities, String principalId) {
        return of(entities, List.of(principalId)).getOrDefault(principalId, List.of());
    }

    /** The ARNs of what is attached to these, sorted, by unique id; those without are left out. */
    public static Map<String, List<String>> of(EntityManager entities, Collection<String> principalIds) {
        if (principalIds.isEmpty()) {
            return Map.of();
        }
        return grouped(
                Sql.rows(entities, """
                        select principal_id, policy_arn from {h-schema}policy_attachments
                        where principal_id in (:principals) order by policy_arn""").setParameter("principals", principalIds).getResultList());
    }

    /** The unique ids of those that a policy is attached to in an account, sorted. */
    public static List<String> holders(EntityManager entities, AccountId account, String policyArn) {
        return Sql.texts(entities, """
                        select principal_id from {h-schema}policy_attachments
                        where account_id = :account and policy_arn = :policy order by principal_id""")
                .setParameter("account", account.value())
                .setParameter("policy", policyArn)
                .getResultList();
    }

    /** The unique ids of users and roles that a policy bounds in an account, sorted. */
    public static List<String> bounded(EntityManager entities, AccountId account, String policyArn) {
        return Sql.texts(entities, """
                        select id from {h-schema}users where account_id = :account and boundary_arn = :policy
                        union all
                        select id from {h-schema}roles where account_id = :account and boundary_arn = :policy
                        order by id""")
                .setParameter("account", account.value())
                .setParameter("policy", policyArn)
                .getResultList();
    }

    /** To how many each policy is attached in an account, by ARN; policies that are not attached are left out. */
    public static Map<String, Integer> counts(EntityManager entities, AccountId account) {
        return counted(entities, account, """
                select policy_arn, count(*) from {h-schema}policy_attachments
                where account_id = :account group by policy_arn""");
    }

    /** How many users and roles each policy bounds in an account, by ARN; those that bound nobody are left out. */
    public static Map<String, Integer> boundaryCounts(EntityManager entities, AccountId account) {
        return counted(entities, account, """
                select boundary_arn, count(*) from (
                  select boundary_arn from {h-schema}users
                  where account_id = :account and boundary_arn is not null
                  union all
                  select boundary_arn from {h-schema}roles
                  where account_id = :account and boundary_arn is not null) as bounded
                group by boundary_arn""");
    }

    private static Map<String, Integer> counted(EntityManager entities, AccountId account, String sql) {
        var counts = new HashMap<String, Integer>();
        Sql.rows(entities, sql)
                .setParameter("account", account.value())
                .getResultList()
                .forEach(row -> counts.put((String) row[0], ((Number) row[1]).intValue()));
        return counts;
    }

    static Map<String, List<String>> grouped(List<Object[]> rows) {
        var grouped = new HashMap<String, List<String>>();
        rows.forEach(row -> grouped.computeIfAbsent((String) row[0], any -> new ArrayList<>())
                .add((String) row[1]));
        return grouped;
    }
}
