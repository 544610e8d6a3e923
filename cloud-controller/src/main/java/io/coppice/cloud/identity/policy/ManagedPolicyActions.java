package io.coppice.cloud.identity.policy;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.identity.entity.EntityKind;
import io.coppice.cloud.identity.entity.EntityName;
import io.coppice.cloud.identity.entity.EntityRow;
import io.coppice.cloud.identity.entity.EntityTags;
import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.entity.IamPages;
import io.coppice.cloud.identity.entity.IamStore;
import io.coppice.cloud.identity.entity.Require;
import io.coppice.foundation.id.AccountId;
import io.coppice.policy.PolicyDocument;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.CreatePolicyRequest;
import software.amazon.awssdk.services.iam.model.CreatePolicyResponse;
import software.amazon.awssdk.services.iam.model.DeletePolicyRequest;
import software.amazon.awssdk.services.iam.model.DeletePolicyResponse;
import software.amazon.awssdk.services.iam.model.EntityType;
import software.amazon.awssdk.services.iam.model.GetPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetPolicyResponse;
import software.amazon.awssdk.services.iam.model.ListEntitiesForPolicyRequest;
import software.amazon.awssdk.services.iam.model.ListEntitiesForPolicyResponse;
import software.amazon.awssdk.services.iam.model.ListPoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListPoliciesResponse;
import software.amazon.awssdk.services.iam.model.Policy;
import software.amazon.awssdk.services.iam.model.PolicyGroup;
import software.amazon.awssdk.services.iam.model.PolicyRole;
import software.amazon.awssdk.services.iam.model.PolicyScopeType;
import software.amazon.awssdk.services.iam.model.PolicyUsageType;
import software.amazon.awssdk.services.iam.model.PolicyUser;
import software.amazon.awssdk.services.iam.model.Tag;

/** IAM's actions on managed policies. Thread-safe. */
@Singleton
public final class ManagedPolicyActions implements ActionModule {
    private final IamStore store;

    /** For the container and for tests. */
    public ManagedPolicyActions(IamStore store) {
        this.store = store;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.IAM, "CreatePolicy", CreatePolicyRequest::builder, this::create);
        registry.add(Service.IAM, "GetPolicy", GetPolicyRequest::builder, this::get);
        registry.add(Service.IAM, "ListPolicies", ListPoliciesRequest::builder, this::list);
        registry.add(Service.IAM, "DeletePolicy", DeletePolicyRequest::builder, this::delete);
        registry.add(Service.IAM, "ListEntitiesForPolicy", ListEntitiesForPolicyRequest::builder, this::entities);
    }

    private CreatePolicyResponse create(RequestContext context, CreatePolicyRequest request) {
        var name = new EntityName(
                context.account(), Require.path(request.path()), Require.name(EntityKind.POLICY, request.policyName()));
        var document = managed(request.policyDocument());
        var description = Require.description(request.description());
        return store.change(context.account(), entities -> {
            var row = ManagedPolicies.ROWS.add(entities, new ManagedPolicyRow(name, description, store.now()));
            entities.persist(new PolicyVersionRow(row.id(), row.defaultVersion(), document, row.createdAt()));
            EntityTags.put(entities, row.id(), request.tags());
            return CreatePolicyResponse.builder()
                    .policy(policy(ManagedPolicy.of(row), Use.NONE, EntityTags.of(entities, row.id())))
                    .build();
        });
    }

    private GetPolicyResponse get(RequestContext context, GetPolicyRequest request) {
        return store.read(entities -> {
            var policy = ManagedPolicies.get(entities, context.account(), request.policyArn());
            var use = Use.of(entities, context.account()).getOrDefault(policy.arn(), Use.NONE);
            var answer = policy(policy, use, EntityTags.of(entities, policy.id()));
            return GetPolicyResponse.builder()
                    .policy(answer.toBuilder().description(policy.description()).build())
                    .build();
        });
    }

    private ListPoliciesResponse list(RequestContext context, ListPoliciesRequest request) {
        var prefix = Require.pathPrefix(request.pathPrefix());
        var scope = request.scope() == null ? PolicyScopeType.ALL : request.scope();
        Require.known(
                "scope", request.scopeAsString(), scope, PolicyScopeType.UNKNOWN_TO_SDK_VERSION, "All, AWS, Local");
        var usage = request.policyUsageFilter();
        Require.known(
                "policyUsageFilter",
                request.policyUsageFilterAsString(),
                usage,
                PolicyUsageType.UNKNOWN_TO_SDK_VERSION,
                "PermissionsPolicy, PermissionsBoundary");
        return store.read(entities -> {
            var uses = Use.of(entities, context.account());
            var found = all(entities, context.account(), scope).stream()
                    .filter(policy -> policy.path().startsWith(prefix))
                    .filter(policy -> uses.getOrDefault(policy.arn(), Use.NONE)
                            .wanted(Boolean.TRUE.equals(request.onlyAttached()), usage))
                    .sorted(Comparator.comparing(ManagedPolicy::arn))
                    .toList();
            var page = store.cut(
                    context, new IamPages.Ask(request.maxItems(), request.marker()), found, ManagedPolicy::arn);
            return ListPoliciesResponse.builder()
                    .policies(page.map(policy -> policy(policy, uses.getOrDefault(policy.arn(), Use.NONE), List.of())))
                    .isTruncated(page.nextToken() != null)
                    .marker(page.nextToken())
                    .build();
        });
    }

    private DeletePolicyResponse delete(RequestContext context, DeletePolicyRequest request) {
        store.changeAccess(context.account(), entities -> {
            var row = ManagedPolicies.own(entities, context.account(), request.policyArn());
            if (Use.of(entities, context.account()).containsKey(row.arn())) {
                throw IamErrors.deleteConflictOf("Cannot delete a policy attached to entities.");
            }
            var versions = ManagedPolicies.versions(entities, row);
            if (versions.size() > 1) {
                throw IamErrors.deleteConflictOf(
                        "This policy has more than one version. Before you delete a policy, you"
                                + " must delete the policy's versions. The default version is deleted with the policy.");
            }
            versions.forEach(entities::remove);
            entities.flush();
            EntityTags.removeAll(entities, row.id());
            entities.remove(row);
        });
        return DeletePolicyResponse.builder().build();
    }

    private ListEntitiesForPolicyResponse entities(RequestContext context, ListEntitiesForPolicyRequest request) {
        var prefix = Require.pathPrefix(request.pathPrefix());
        var usage = request.policyUsageFilter();
        Require.known(
                "policyUsageFilter",
                request.policyUsageFilterAsString(),
                usage,
                PolicyUsageType.UNKNOWN_TO_SDK_VERSION,
                "PermissionsPolicy, PermissionsBoundary");
        Require.known(
                "entityFilter",
                request.entityFilterAsString(),
                request.entityFilter(),
                EntityType.UNKNOWN_TO_SDK_VERSION,
                "User, Role, Group, LocalManagedPolicy, AWSManagedPolicy");
        var found = store.read(entities -> {
            var policy = ManagedPolicies.get(entities, context.account(), request.policyArn());
            var ids = new ArrayList<String>();
            if (usage != PolicyUsageType.PERMISSIONS_BOUNDARY) {
                ids.addAll(Attachments.holders(entities, context.account(), policy.arn()));
            }
            if (usage != PolicyUsageType.PERMISSIONS_POLICY) {
                ids.addAll(Attachments.bounded(entities, context.account(), policy.arn()));
            }
            return PolicyHolders.byIds(entities, ids);
        });
        var wanted = found.stream()
                .filter(row -> row.path().startsWith(prefix))
                .filter(row -> request.entityFilter() == null
                        || row.kind()
                                .arnType()
                                .equals(request.entityFilterAsString().toLowerCase(Locale.ROOT)))
                .toList();
        var page = store.cut(
                context, new IamPages.Ask(request.maxItems(), request.marker()), wanted, PolicyHolders::sortKey);
        return ListEntitiesForPolicyResponse.builder()
                .policyUsers(ofKind(page.rows(), EntityKind.USER).stream()
                        .map(row -> PolicyUser.builder()
                                .userName(row.name())
                                .userId(row.id())
                                .build())
                        .toList())
                .policyGroups(ofKind(page.rows(), EntityKind.GROUP).stream()
                        .map(row -> PolicyGroup.builder()
                                .groupName(row.name())
                                .groupId(row.id())
                                .build())
                        .toList())
                .policyRoles(ofKind(page.rows(), EntityKind.ROLE).stream()
                        .map(row -> PolicyRole.builder()
                                .roleName(row.name())
                                .roleId(row.id())
                                .build())
                        .toList())
                .isTruncated(page.nextToken() != null)
                .marker(page.nextToken())
                .build();
    }

    /** A managed policy's document, checked. Throws {@code MalformedPolicyDocument} or {@code LimitExceeded}. */
    static String managed(@Nullable String text) {
        var document = Documents.read("policyDocument", text, PolicyDocument.Kind.IDENTITY);
        if (document.countedCharacters() > Documents.MOST_MANAGED) {
            throw IamErrors.limitExceeded("PolicySize", Documents.MOST_MANAGED);
        }
        return document.json();
    }

    private static List<ManagedPolicy> all(EntityManager entities, AccountId account, PolicyScopeType scope) {
        var policies = new ArrayList<ManagedPolicy>();
        if (scope != PolicyScopeType.LOCAL) {
            policies.addAll(BuiltInPolicies.all());
        }
        if (scope != PolicyScopeType.AWS) {
            ManagedPolicies.ROWS.all(entities, account).forEach(row -> policies.add(ManagedPolicy.of(row)));
        }
        return policies;
    }

    private static List<EntityRow> ofKind(List<EntityRow> rows, EntityKind kind) {
        return rows.stream().filter(row -> row.kind() == kind).toList();
    }

    private static Policy policy(ManagedPolicy policy, Use use, List<Tag> tags) {
        var answer = Policy.builder()
                .policyName(policy.name())
                .policyId(policy.id())
                .arn(policy.arn())
                .path(policy.path())
                .defaultVersionId(PolicyVersionActions.versionId(policy.defaultVersion()))
                .attachmentCount(use.attached())
                .permissionsBoundaryUsageCount(use.bounding())
                .isAttachable(true)
                .createDate(policy.createdAt())
                .updateDate(policy.updatedAt());
        return tags.isEmpty() ? answer.build() : answer.tags(tags).build();
    }

    /** How often a policy is attached, and how many it bounds. */
    private record Use(int attached, int bounding) {
        static final Use NONE = new Use(0, 0);

        /** By ARN; policies that are not used are left out. */
        static Map<String, Use> of(EntityManager entities, AccountId account) {
            var uses = new HashMap<String, Use>();
            Attachments.counts(entities, account).forEach((arn, count) -> uses.put(arn, new Use(count, 0)));
            Attachments.boundaryCounts(entities, account)
                    .forEach((arn, count) ->
                            uses.merge(arn, new Use(0, count), (one, two) -> new Use(one.attached, two.bounding)));
            return uses;
        }

        boolean wanted(boolean onlyUsed, @Nullable PolicyUsageType usage) {
            if (usage == PolicyUsageType.PERMISSIONS_BOUNDARY) {
                return bounding > 0;
            }
            return attached > 0 || (usage == null && !onlyUsed);
        }
    }
}
