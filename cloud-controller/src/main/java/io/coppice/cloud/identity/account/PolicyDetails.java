package io.coppice.cloud.identity.account;

import io.coppice.cloud.identity.policy.Attachments;
import io.coppice.cloud.identity.policy.BuiltInPolicies;
import io.coppice.cloud.identity.policy.Documents;
import io.coppice.cloud.identity.policy.ManagedPolicy;
import io.coppice.cloud.identity.policy.PolicyVersionActions;
import io.coppice.cloud.identity.policy.PolicyVersionRow;
import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.ManagedPolicyDetail;
import software.amazon.awssdk.services.iam.model.PolicyVersion;

/** Managed policies with all their versions, read in a constant number of queries. */
final class PolicyDetails {
    private PolicyDetails() {}

    /** Of these policies. Works in the caller's transaction. */
    static List<ManagedPolicyDetail> of(EntityManager entities, AccountId account, List<ManagedPolicy> policies) {
        if (policies.isEmpty()) {
            return List.of();
        }
        var attached = Attachments.counts(entities, account);
        var bounding = Attachments.boundaryCounts(entities, account);
        var versions = versions(entities, policies);
        return policies.stream()
                .map(policy -> ManagedPolicyDetail.builder()
                        .policyName(policy.name())
                        .policyId(policy.id())
                        .arn(policy.arn())
                        .path(policy.path())
                        .description(policy.description().isEmpty() ? null : policy.description())
                        .defaultVersionId(PolicyVersionActions.versionId(policy.defaultVersion()))
                        .attachmentCount(attached.getOrDefault(policy.arn(), 0))
                        .permissionsBoundaryUsageCount(bounding.getOrDefault(policy.arn(), 0))
                        .isAttachable(true)
                        .createDate(policy.createdAt())
                        .updateDate(policy.updatedAt())
                        .policyVersionList(versions.getOrDefault(policy.id(), List.of()).stream()
                                .map(version -> version(policy, version))
                                .toList())
                        .build())
                .toList();
    }

    private static Map<String, List<Version>> versions(EntityManager entities, List<ManagedPolicy> policies) {
        var found = new HashMap<String, List<Version>>();
        var ids = new ArrayList<String>();
        for (var policy : policies) {
            BuiltInPolicies.document(policy.arn())
                    .ifPresentOrElse(
                            text -> found.put(policy.id(), List.of(new Version(1, text, policy.createdAt()))),
                            () -> ids.add(policy.id()));
        }
        if (!ids.isEmpty()) {
            entities.createQuery(
                            "select v from PolicyVersion v where v.key.policyId in (:ids) order by v.key.number desc",
                            PolicyVersionRow.class)
                    .setParameter("ids", ids)
                    .getResultList()
                    .forEach(row -> found.computeIfAbsent(row.policyId(), any -> new ArrayList<>())
                            .add(new Version(row.number(), row.document(), row.createdAt())));
        }
        return found;
    }

    private static PolicyVersion version(ManagedPolicy policy, Version version) {
        return PolicyVersion.builder()
                .versionId(PolicyVersionActions.versionId(version.number()))
                .isDefaultVersion(version.number() == policy.defaultVersion())
                .document(Documents.encoded(version.document()))
                .createDate(version.createdAt())
                .build();
    }

    private record Version(int number, String document, Instant createdAt) {}
}
