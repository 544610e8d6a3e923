package io.coppice.cloud.identity.policy;

import io.coppice.cloud.identity.entity.EntityKind;
import io.coppice.cloud.identity.entity.EntityRows;
import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.entity.Require;
import io.coppice.foundation.id.AccountId;
import io.coppice.wire.error.AwsException;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Managed policies by their ARNs: the account's own and those of the cloud. Works in the caller's transaction. */
public final class ManagedPolicies {
    /** Accounts' own policies by name. */
    public static final EntityRows<ManagedPolicyRow> ROWS = new EntityRows<>(ManagedPolicyRow.class, EntityKind.POLICY);

    private static final int ARN_ACCOUNT = 4;
    private static final int FORBIDDEN = 403;

    private ManagedPolicies() {}

    /** The policy that an account may attach. Throws {@code NoSuchEntity}. */
    public static ManagedPolicy get(EntityManager entities, AccountId account, @Nullable String arn) {
        var checked = Require.arn("policyArn", arn);
        return BuiltInPolicies.find(checked)
                .or(() -> row(entities, account, checked).map(ManagedPolicy::of))
                .orElseThrow(() -> IamErrors.notFound(EntityKind.POLICY, checked));
    }

    /** Checks that an ARN can bound a user or role of an account. Throws {@code NoSuchEntity}. */
    public static String boundary(EntityManager entities, AccountId account, @Nullable String arn) {
        var checked = Require.arn("permissionsBoundary", arn);
        if (BuiltInPolicies.find(checked).isEmpty()
                && row(entities, account, checked).isEmpty()) {
            throw IamErrors.noSuchEntity("Scope ARN: " + checked + " does not exist or is not attachable.");
        }
        return checked;
    }

    /**
     * The row of an account's own policy, to be changed. Throws {@code NoSuchEntity}, or {@code AccessDenied} for one that
     * comes with the cloud.
     */
    public static ManagedPolicyRow own(EntityManager entities, AccountId account, @Nullable String arn) {
        var checked = Require.arn("policyArn", arn);
        if (BuiltInPolicies.find(checked).isPresent()) {
            throw AwsException.of(
                    "AccessDenied", FORBIDDEN, "Policy " + checked + " comes with the cloud and cannot be changed.");
        }
        return row(entities, account, checked).orElseThrow(() -> IamErrors.notFound(EntityKind.POLICY, checked));
    }

    /** The versions of a policy, the newest first. */
    static List<PolicyVersionRow> versions(EntityManager entities, ManagedPolicyRow policy) {
        return entities.createQuery(
                        "select v from PolicyVersion v where v.key.policyId = :policy order by v.key.number desc",
                        PolicyVersionRow.class)
                .setParameter("policy", policy.id())
                .getResultList();
    }

    /** The row of an account's own policy; empty for others'. */
    static Optional<ManagedPolicyRow> row(EntityManager entities, AccountId account, String arn) {
        var name = arn.substring(arn.lastIndexOf('/') + 1);
        return entities
                .createQuery(
                        "select p from ManagedPolicy p where p.accountId = :account and lower(p.name) = lower(:name)",
                        ManagedPolicyRow.class)
                .setParameter("account", account.value())
                .setParameter("name", name)
                .getResultList()
                .stream()
                .filter(policy -> policy.arn().equals(arn))
                .findFirst();
    }

    /** The documents in force of these policies, by ARN; policies that are gone are left out. */
    public static Map<String, String> documents(EntityManager entities, Collection<String> arns) {
        var documents = new HashMap<String, String>();
        var accounts = new HashSet<String>();
        var names = new HashSet<String>();
        for (var arn : arns) {
            BuiltInPolicies.document(arn).ifPresentOrElse(text -> documents.put(arn, text), () -> {
                accounts.add(arn.split(":", -1)[ARN_ACCOUNT]);
                names.add(arn.substring(arn.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT));
            });
        }
        if (!names.isEmpty()) {
            entities.createQuery("""
                            select p, v.document from ManagedPolicy p join PolicyVersion v
                            on v.key.policyId = p.id and v.key.number = p.defaultVersion
                            where p.accountId in (:accounts) and lower(p.name) in (:names)""", Object[].class)
                    .setParameter("accounts", accounts)
                    .setParameter("names", names)
                    .getResultStream()
                    .filter(row -> arns.contains(((ManagedPolicyRow) row[0]).arn()))
                    .forEach(row -> documents.put(((ManagedPolicyRow) row[0]).arn(), (String) row[1]));
        }
        return documents;
    }
}
