package io.coppice.cloud.identity.policy;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.identity.entity.EntityKind;
import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.entity.IamPages;
import io.coppice.cloud.identity.entity.IamStore;
import io.coppice.cloud.identity.entity.Require;
import io.coppice.cloud.query.Page;
import jakarta.inject.Singleton;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.AttachGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.AttachGroupPolicyResponse;
import software.amazon.awssdk.services.iam.model.AttachRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.AttachRolePolicyResponse;
import software.amazon.awssdk.services.iam.model.AttachUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.AttachUserPolicyResponse;
import software.amazon.awssdk.services.iam.model.AttachedPolicy;
import software.amazon.awssdk.services.iam.model.DetachGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.DetachGroupPolicyResponse;
import software.amazon.awssdk.services.iam.model.DetachRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.DetachRolePolicyResponse;
import software.amazon.awssdk.services.iam.model.DetachUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.DetachUserPolicyResponse;
import software.amazon.awssdk.services.iam.model.ListAttachedGroupPoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListAttachedGroupPoliciesResponse;
import software.amazon.awssdk.services.iam.model.ListAttachedRolePoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListAttachedRolePoliciesResponse;
import software.amazon.awssdk.services.iam.model.ListAttachedUserPoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListAttachedUserPoliciesResponse;

/** IAM's actions that attach managed policies to users, groups and roles. Thread-safe. */
@Singleton
public final class AttachmentActions implements ActionModule {
    private static final int MOST_PER_PRINCIPAL = 10;

    private final IamStore store;

    /** For the container and for tests. */
    public AttachmentActions(IamStore store) {
        this.store = store;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(
                Service.IAM,
                "AttachUserPolicy",
                AttachUserPolicyRequest::builder,
                (RequestContext context, AttachUserPolicyRequest request) -> {
                    attach(context, EntityKind.USER, request.userName(), request.policyArn());
                    return AttachUserPolicyResponse.builder().build();
                });
        registry.add(
                Service.IAM,
                "DetachUserPolicy",
                DetachUserPolicyRequest::builder,
                (RequestContext context, DetachUserPolicyRequest request) -> {
                    detach(context, EntityKind.USER, request.userName(), request.policyArn());
                    return DetachUserPolicyResponse.builder().build();
                });
        registry.add(
                Service.IAM,
                "AttachGroupPolicy",
                AttachGroupPolicyRequest::builder,
                (RequestContext context, AttachGroupPolicyRequest request) -> {
                    attach(context, EntityKind.GROUP, request.groupName(), request.policyArn());
                    return AttachGroupPolicyResponse.builder().build();
                });
        registry.add(
                Service.IAM,
                "DetachGroupPolicy",
                DetachGroupPolicyRequest::builder,
                (RequestContext context, DetachGroupPolicyRequest request) -> {
                    detach(context, EntityKind.GROUP, request.groupName(), request.policyArn());
                    return DetachGroupPolicyResponse.builder().build();
                });
        registry.add(
                Service.IAM,
                "AttachRolePolicy",
                AttachRolePolicyRequest::builder,
                (RequestContext context, AttachRolePolicyRequest request) -> {
                    attach(context, EntityKind.ROLE, request.roleName(), request.policyArn());
                    return AttachRolePolicyResponse.builder().build();
                });
        registry.add(
                Service.IAM,
                "DetachRolePolicy",
                DetachRolePolicyRequest::builder,
                (RequestContext context, DetachRolePolicyRequest request) -> {
                    detach(context, EntityKind.ROLE, request.roleName(), request.policyArn());
                    return DetachRolePolicyResponse.builder().build();
                });
        registry.add(
                Service.IAM, "ListAttachedUserPolicies", ListAttachedUserPoliciesRequest::builder, this::listOfUser);
        registry.add(
                Service.IAM, "ListAttachedGroupPolicies", ListAttachedGroupPoliciesRequest::builder, this::listOfGroup);
        registry.add(
                Service.IAM, "ListAttachedRolePolicies", ListAttachedRolePoliciesRequest::builder, this::listOfRole);
    }

    private void attach(RequestContext context, EntityKind kind, @Nullable String name, @Nullable String policyArn) {
        store.changeAccess(context.account(), entities -> {
            var holder = PolicyHolders.get(entities, context.account(), kind, name);
            var arn = Require.arn("policyArn", policyArn);
            if (BuiltInPolicies.find(arn).isEmpty()
                    && ManagedPolicies.row(entities, context.account(), arn).isEmpty()) {
                throw IamErrors.noSuchEntity("Policy " + arn + " does not exist or is not attachable.");
            }
            Attachments.add(entities, context.account(), holder.id(), arn, store.now());
            if (Attachments.of(entities, holder.id()).size() > MOST_PER_PRINCIPAL) {
                throw IamErrors.limitExceeded(quota(kind), MOST_PER_PRINCIPAL);
            }
        });
    }

    private void detach(RequestContext context, EntityKind kind, @Nullable String name, @Nullable String policyArn) {
        store.changeAccess(context.account(), entities -> {
            var holder = PolicyHolders.get(entities, context.account(), kind, name);
            var arn = Require.arn("policyArn", policyArn);
            if (!Attachments.remove(entities, holder.id(), arn)) {
                throw IamErrors.notFound(EntityKind.POLICY, arn);
            }
        });
    }

    private ListAttachedUserPoliciesResponse listOfUser(
            RequestContext context, ListAttachedUserPoliciesRequest request) {
        var ask = new IamPages.Ask(request.maxItems(), request.marker());
        var page = list(context, ask, EntityKind.USER, request.userName(), request.pathPrefix());
        return ListAttachedUserPoliciesResponse.builder()
                .attachedPolicies(page.map(AttachmentActions::attached))
                .isTruncated(page.nextToken() != null)
                .marker(page.nextToken())
                .build();
    }

    private ListAttachedGroupPoliciesResponse listOfGroup(
            RequestContext context, ListAttachedGroupPoliciesRequest request) {
        var ask = new IamPages.Ask(request.maxItems(), request.marker());
        var page = list(context, ask, EntityKind.GROUP, request.groupName(), request.pathPrefix());
        return ListAttachedGroupPoliciesResponse.builder()
                .attachedPolicies(page.map(AttachmentActions::attached))
                .isTruncated(page.nextToken() != null)
                .marker(page.nextToken())
                .build();
    }

    private ListAttachedRolePoliciesResponse listOfRole(
            RequestContext context, ListAttachedRolePoliciesRequest request) {
        var ask = new IamPages.Ask(request.maxItems(), request.marker());
        var page = list(context, ask, EntityKind.ROLE, request.roleName(), request.pathPrefix());
        return ListAttachedRolePoliciesResponse.builder()
                .attachedPolicies(page.map(AttachmentActions::attached))
                .isTruncated(page.nextToken() != null)
                .marker(page.nextToken())
                .build();
    }

    private Page<String> list(
            RequestContext context,
            IamPages.Ask ask,
            EntityKind kind,
            @Nullable String name,
            @Nullable String pathPrefix) {
        var prefix = ":policy" + Require.pathPrefix(pathPrefix);
        var arns = store
                .read(entities -> Attachments.of(
                        entities,
                        PolicyHolders.get(entities, context.account(), kind, name)
                                .id()))
                .stream()
                .filter(arn -> arn.contains(prefix))
                .sorted()
                .toList();
        return store.cut(context, ask, arns, arn -> arn);
    }

    private static String quota(EntityKind kind) {
        return switch (kind) {
            case USER -> "PoliciesPerUser";
            case GROUP -> "PoliciesPerGroup";
            default -> "PoliciesPerRole";
        };
    }

    /** A policy as lists of attached ones tell it. */
    public static AttachedPolicy attached(String arn) {
        return AttachedPolicy.builder()
                .policyName(arn.substring(arn.lastIndexOf('/') + 1))
                .policyArn(arn)
                .build();
    }
}
