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
import io.coppice.policy.PolicyDocument;
import io.coppice.wire.error.AwsException;
import jakarta.inject.Singleton;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.DeleteGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.DeleteGroupPolicyResponse;
import software.amazon.awssdk.services.iam.model.DeleteRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.DeleteRolePolicyResponse;
import software.amazon.awssdk.services.iam.model.DeleteUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.DeleteUserPolicyResponse;
import software.amazon.awssdk.services.iam.model.GetGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetGroupPolicyResponse;
import software.amazon.awssdk.services.iam.model.GetRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.GetRolePolicyResponse;
import software.amazon.awssdk.services.iam.model.GetUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.GetUserPolicyResponse;
import software.amazon.awssdk.services.iam.model.ListGroupPoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListGroupPoliciesResponse;
import software.amazon.awssdk.services.iam.model.ListRolePoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListRolePoliciesResponse;
import software.amazon.awssdk.services.iam.model.ListUserPoliciesRequest;
import software.amazon.awssdk.services.iam.model.ListUserPoliciesResponse;
import software.amazon.awssdk.services.iam.model.PutGroupPolicyRequest;
import software.amazon.awssdk.services.iam.model.PutGroupPolicyResponse;
import software.amazon.awssdk.services.iam.model.PutRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.PutRolePolicyResponse;
import software.amazon.awssdk.services.iam.model.PutUserPolicyRequest;
import software.amazon.awssdk.services.iam.model.PutUserPolicyResponse;

/** IAM's actions on the policies that belong to one user, group or role. Thread-safe. */
@Singleton
public final class InlinePolicyActions implements ActionModule {
    private static final int LONGEST_NAME = 128;

    private final IamStore store;

    /** For the container and for tests. */
    public InlinePolicyActions(IamStore store) {
        this.store = store;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(
                Service.IAM,
                "PutUserPolicy",
                PutUserPolicyRequest::builder,
                (RequestContext context, PutUserPolicyRequest request) -> {
                    var at = new Place(EntityKind.USER, request.userName(), request.policyName());
                    put(context, at, request.policyDocument());
                    return PutUserPolicyResponse.builder().build();
                });
        registry.add(
                Service.IAM,
                "DeleteUserPolicy",
                DeleteUserPolicyRequest::builder,
                (RequestContext context, DeleteUserPolicyRequest request) -> {
                    delete(context, new Place(EntityKind.USER, request.userName(), request.policyName()));
                    return DeleteUserPolicyResponse.builder().build();
                });
        registry.add(
                Service.IAM,
                "GetUserPolicy",
                GetUserPolicyRequest::builder,
                (RequestContext context, GetUserPolicyRequest request) -> GetUserPolicyResponse.builder()
                        .userName(request.userName())
                        .policyName(request.policyName())
                        .policyDocument(
                                get(context, new Place(EntityKind.USER, request.userName(), request.policyName())))
                        .build());
        registry.add(
                Service.IAM,
                "ListUserPolicies",
                ListUserPoliciesRequest::builder,
                (RequestContext context, ListUserPoliciesRequest request) -> {
                    var ask = new IamPages.Ask(request.maxItems(), request.marker());
                    var page = list(context, ask, EntityKind.USER, request.userName());
                    return ListUserPoliciesResponse.builder()
                            .policyNames(page.rows())
                            .isTruncated(page.nextToken() != null)
                            .marker(page.nextToken())
                            .build();
                });
        registry.add(
                Service.IAM,
                "PutGroupPolicy",
                PutGroupPolicyRequest::builder,
                (RequestContext context, PutGroupPolicyRequest request) -> {
                    var at = new Place(EntityKind.GROUP, request.groupName(), request.policyName());
                    put(context, at, request.policyDocument());
                    return PutGroupPolicyResponse.builder().build();
                });
        registry.add(
                Service.IAM,
                "DeleteGroupPolicy",
                DeleteGroupPolicyRequest::builder,
                (RequestContext context, DeleteGroupPolicyRequest request) -> {
                    delete(context, new Place(EntityKind.GROUP, request.groupName(), request.policyName()));
                    return DeleteGroupPolicyResponse.builder().build();
                });
        registry.add(
                Service.IAM,
                "GetGroupPolicy",
                GetGroupPolicyRequest::builder,
                (RequestContext context, GetGroupPolicyRequest request) -> GetGroupPolicyResponse.builder()
                        .groupName(request.groupName())
                        .policyName(request.policyName())
                        .policyDocument(
                                get(context, new Place(EntityKind.GROUP, request.groupName(), request.policyName())))
                        .build());
        registry.add(
                Service.IAM,
                "ListGroupPolicies",
                ListGroupPoliciesRequest::builder,
                (RequestContext context, ListGroupPoliciesRequest request) -> {
                    var ask = new IamPages.Ask(request.maxItems(), request.marker());
                    var page = list(context, ask, EntityKind.GROUP, request.groupName());
                    return ListGroupPoliciesResponse.builder()
                            .policyNames(page.rows())
                            .isTruncated(page.nextToken() != null)
                            .marker(page.nextToken())
                            .build();
                });
        registry.add(
                Service.IAM,
                "PutRolePolicy",
                PutRolePolicyRequest::builder,
                (RequestContext context, PutRolePolicyRequest request) -> {
                    var at = new Place(EntityKind.ROLE, request.roleName(), request.policyName());
                    put(context, at, request.policyDocument());
                    return PutRolePolicyResponse.builder().build();
                });
        registry.add(
                Service.IAM,
                "DeleteRolePolicy",
                DeleteRolePolicyRequest::builder,
                (RequestContext context, DeleteRolePolicyRequest request) -> {
                    delete(context, new Place(EntityKind.ROLE, request.roleName(), request.policyName()));
                    return DeleteRolePolicyResponse.builder().build();
                });
        registry.add(
                Service.IAM,
                "GetRolePolicy",
                GetRolePolicyRequest::builder,
                (RequestContext context, GetRolePolicyRequest request) -> GetRolePolicyResponse.builder()
                        .roleName(request.roleName())
                        .policyName(request.policyName())
                        .policyDocument(
                                get(context, new Place(EntityKind.ROLE, request.roleName(), request.policyName())))
                        .build());
        registry.add(
                Service.IAM,
                "ListRolePolicies",
                ListRolePoliciesRequest::builder,
                (RequestContext context, ListRolePoliciesRequest request) -> {
                    var ask = new IamPages.Ask(request.maxItems(), request.marker());
                    var page = list(context, ask, EntityKind.ROLE, request.roleName());
                    return ListRolePoliciesResponse.builder()
                            .policyNames(page.rows())
                            .isTruncated(page.nextToken() != null)
                            .marker(page.nextToken())
                            .build();
                });
    }

    private void put(RequestContext context, Place place, @Nullable String text) {
        var policyName = Require.name("policyName", place.policyName(), LONGEST_NAME);
        var document = Documents.read("policyDocument", text, PolicyDocument.Kind.IDENTITY);
        store.changeAccess(context.account(), entities -> {
            var holder = PolicyHolders.get(entities, context.account(), place.kind(), place.holderName());
            InlinePolicies.put(entities, holder.id(), policyName, document.json());
            var together = InlinePolicies.of(entities, holder.id()).values().stream()
                    .mapToInt(InlinePolicyActions::countedCharacters)
                    .sum();
            var most = mostCharacters(place.kind());
            if (together > most) {
                throw IamErrors.limitExceeded("Maximum policy size of " + most + " bytes exceeded for "
                        + place.kind().arnType() + " " + holder.name());
            }
        });
    }

    private void delete(RequestContext context, Place place) {
        var policyName = Require.name("policyName", place.policyName(), LONGEST_NAME);
        store.changeAccess(context.account(), entities -> {
            var holder = PolicyHolders.get(entities, context.account(), place.kind(), place.holderName());
            if (!InlinePolicies.remove(entities, holder.id(), policyName)) {
                throw noSuchPolicy(place.kind(), policyName);
            }
        });
    }

    private String get(RequestContext context, Place place) {
        var policyName = Require.name("policyName", place.policyName(), LONGEST_NAME);
        return store.read(entities -> {
            var holder = PolicyHolders.get(entities, context.account(), place.kind(), place.holderName());
            return InlinePolicies.find(entities, holder.id(), policyName)
                    .map(Documents::encoded)
                    .orElseThrow(() -> noSuchPolicy(place.kind(), policyName));
        });
    }

    private Page<String> list(RequestContext context, IamPages.Ask ask, EntityKind kind, @Nullable String name) {
        var names = store.read(entities -> List.copyOf(InlinePolicies.of(
                        entities,
                        PolicyHolders.get(entities, context.account(), kind, name)
                                .id())
                .keySet()));
        return store.cut(context, ask, names, each -> each);
    }

    private static int countedCharacters(String document) {
        return PolicyDocument.parse(document, PolicyDocument.Kind.IDENTITY).countedCharacters();
    }

    /** All inline policies together, without white space. */
    private static int mostCharacters(EntityKind kind) {
        return switch (kind) {
            case USER -> 2_048;
            case GROUP -> 5_120;
            default -> 10_240;
        };
    }

    private static AwsException noSuchPolicy(EntityKind kind, String policyName) {
        return IamErrors.noSuchEntity(
                "The " + kind.arnType() + " policy with name " + policyName + " cannot be found.");
    }

    /** Where an inline policy is: whose, and its name. */
    private record Place(
            EntityKind kind,
            @Nullable String holderName,
            @Nullable String policyName) {}
}
