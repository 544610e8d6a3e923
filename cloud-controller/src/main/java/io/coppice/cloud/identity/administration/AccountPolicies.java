package io.coppice.cloud.identity.administration;

import io.coppice.cloud.identity.AccountRow;
import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.entity.Sql;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The policies that cap accounts. Works in the caller's transaction. */
final class AccountPolicies {
    private static final int MOST = 10;

    private AccountPolicies() {}

    /** Documents by name, in the order of the names. */
    static Map<String, String> of(EntityManager entities, String accountId) {
        var policies = new TreeMap<String, String>();
        Sql.rows(entities, "select name, document from {h-schema}account_policies where account_id = :account")
                .setParameter("account", accountId)
                .getResultList()
                .forEach(row -> policies.put((String) row[0], (String) row[1]));
        return policies;
    }

    /** The names of an account's policies. */
    static List<String> names(EntityManager entities, AccountRow account) {
        return List.copyOf(of(entities, account.id()).keySet());
    }

    /** One document. Throws {@code NoSuchEntity}. */
    static String get(EntityManager entities, AccountRow account, String name) {
        var document = of(entities, account.id()).get(name);
        if (document == null) {
            throw notFound(name);
        }
        return document;
    }

    /** Adds or replaces. Throws {@code LimitExceeded}. */
    static void put(EntityManager entities, AccountRow account, String name, String document) {
        entities.createNativeQuery("""
                        insert into {h-schema}account_policies (account_id, name, document)
                        values (:account, :name, :document)
                        on conflict (account_id, name) do update set document = excluded.document""")
                .setParameter("account", account.id())
                .setParameter("name", name)
                .setParameter("document", document)
                .executeUpdate();
        if (of(entities, account.id()).size() > MOST) {
            throw IamErrors.limitExceeded("PoliciesPerAccount", MOST);
        }
    }

    /** Throws {@code NoSuchEntity}. */
    static void remove(EntityManager entities, AccountRow account, String name) {
        var removed = entities.createNativeQuery(
                        "delete from {h-schema}account_policies where account_id = :account and name = :name")
                .setParameter("account", account.id())
                .setParameter("name", name)
                .executeUpdate();
        if (removed == 0) {
            throw notFound(name);
        }
    }

    private static io.coppice.wire.error.AwsException notFound(String name) {
        return IamErrors.noSuchEntity("The account policy with name " + name + " cannot be found.");
    }
}
