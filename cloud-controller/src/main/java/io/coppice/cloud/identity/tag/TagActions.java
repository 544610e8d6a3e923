package io.coppice.cloud.identity.tag;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.identity.credential.MfaDevices;
import io.coppice.cloud.identity.credential.ServerCertificateActions;
import io.coppice.cloud.identity.entity.EntityRow;
import io.coppice.cloud.identity.entity.EntityRows;
import io.coppice.cloud.identity.entity.EntityTags;
import io.coppice.cloud.identity.entity.IamPages;
import io.coppice.cloud.identity.entity.IamStore;
import io.coppice.cloud.identity.policy.ManagedPolicies;
import io.coppice.cloud.identity.provider.OidcProviders;
import io.coppice.cloud.identity.role.InstanceProfiles;
import io.coppice.cloud.identity.role.Roles;
import io.coppice.cloud.identity.user.Users;
import io.coppice.cloud.query.Page;
import io.coppice.foundation.id.AccountId;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.ListInstanceProfileTagsRequest;
import software.amazon.awssdk.services.iam.model.ListInstanceProfileTagsResponse;
import software.amazon.awssdk.services.iam.model.ListMfaDeviceTagsRequest;
import software.amazon.awssdk.services.iam.model.ListMfaDeviceTagsResponse;
import software.amazon.awssdk.services.iam.model.ListOpenIdConnectProviderTagsRequest;
import software.amazon.awssdk.services.iam.model.ListOpenIdConnectProviderTagsResponse;
import software.amazon.awssdk.services.iam.model.ListPolicyTagsRequest;
import software.amazon.awssdk.services.iam.model.ListPolicyTagsResponse;
import software.amazon.awssdk.services.iam.model.ListRoleTagsRequest;
import software.amazon.awssdk.services.iam.model.ListRoleTagsResponse;
import software.amazon.awssdk.services.iam.model.ListServerCertificateTagsRequest;
import software.amazon.awssdk.services.iam.model.ListServerCertificateTagsResponse;
import software.amazon.awssdk.services.iam.model.ListUserTagsRequest;
import software.amazon.awssdk.services.iam.model.ListUserTagsResponse;
import software.amazon.awssdk.services.iam.model.Tag;
import software.amazon.awssdk.services.iam.model.TagInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.TagInstanceProfileResponse;
import software.amazon.awssdk.services.iam.model.TagMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.TagMfaDeviceResponse;
import software.amazon.awssdk.services.iam.model.TagOpenIdConnectProviderRequest;
import software.amazon.awssdk.services.iam.model.TagOpenIdConnectProviderResponse;
import software.amazon.awssdk.services.iam.model.TagPolicyRequest;
import software.amazon.awssdk.services.iam.model.TagPolicyResponse;
import software.amazon.awssdk.services.iam.model.TagRoleRequest;
import software.amazon.awssdk.services.iam.model.TagRoleResponse;
import software.amazon.awssdk.services.iam.model.TagServerCertificateRequest;
import software.amazon.awssdk.services.iam.model.TagServerCertificateResponse;
import software.amazon.awssdk.services.iam.model.TagUserRequest;
import software.amazon.awssdk.services.iam.model.TagUserResponse;
import software.amazon.awssdk.services.iam.model.UntagInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.UntagInstanceProfileResponse;
import software.amazon.awssdk.services.iam.model.UntagMfaDeviceRequest;
import software.amazon.awssdk.services.iam.model.UntagMfaDeviceResponse;
import software.amazon.awssdk.services.iam.model.UntagOpenIdConnectProviderRequest;
import software.amazon.awssdk.services.iam.model.UntagOpenIdConnectProviderResponse;
import software.amazon.awssdk.services.iam.model.UntagPolicyRequest;
import software.amazon.awssdk.services.iam.model.UntagPolicyResponse;
import software.amazon.awssdk.services.iam.model.UntagRoleRequest;
import software.amazon.awssdk.services.iam.model.UntagRoleResponse;
import software.amazon.awssdk.services.iam.model.UntagServerCertificateRequest;
import software.amazon.awssdk.services.iam.model.UntagServerCertificateResponse;
import software.amazon.awssdk.services.iam.model.UntagUserRequest;
import software.amazon.awssdk.services.iam.model.UntagUserResponse;

/** IAM's actions on tags. Thread-safe. */
@Singleton
public final class TagActions implements ActionModule {
    private final IamStore store;

    /** For the container and for tests. */
    public TagActions(IamStore store) {
        this.store = store;
    }

    @Override
    public void register(ActionRegistry registry) {
        registerUsersAndRoles(registry);
        registerInstanceProfilesAndPolicies(registry);
        registerCredentials(registry);
    }

    private void registerUsersAndRoles(ActionRegistry registry) {
        registry.add(
                Service.IAM, "TagUser", TagUserRequest::builder, (RequestContext context, TagUserRequest request) -> {
                    put(context, named(Users.ROWS, request.userName()), request.tags());
                    return TagUserResponse.builder().build();
                });
        registry.add(
                Service.IAM,
                "UntagUser",
                UntagUserRequest::builder,
                (RequestContext context, UntagUserRequest request) -> {
                    remove(context, named(Users.ROWS, request.userName()), request.tagKeys());
                    return UntagUserResponse.builder().build();
                });
        registry.add(
                Service.IAM,
                "ListUserTags",
                ListUserTagsRequest::builder,
                (RequestContext context, ListUserTagsRequest request) -> {
                    var page = list(
                            context,
                            named(Users.ROWS, request.userName()),
                            new IamPages.Ask(request.maxItems(), request.marker()));
                    return ListUserTagsResponse.builder()
                            .tags(page.rows())
                            .isTruncated(page.nextToken() != null)
                            .marker(page.nextToken())
                            .build();
                });
        registry.add(
                Service.IAM, "TagRole", TagRoleRequest::builder, (RequestContext context, TagRoleRequest request) -> {
                    put(context, named(Roles.ROWS, request.roleName()), request.tags());
                    return TagRoleResponse.builder().build();
                });
        registry.add(
                Service.IAM,
                "UntagRole",
                UntagRoleRequest::builder,
                (RequestContext context, UntagRoleRequest request) -> {
                    remove(context, named(Roles.ROWS, request.roleName()), request.tagKeys());
                    return UntagRoleResponse.builder().build();
                });
        registry.add(
                Service.IAM,
                "ListRoleTags",
                ListRoleTagsRequest::builder,
                (RequestContext context, ListRoleTagsRequest request) -> {
                    var page = list(
                            context,
                            named(Roles.ROWS, request.roleName()),
                            new IamPages.Ask(request.maxItems(), request.marker()));
                    return ListRoleTagsResponse.builder()
                            .tags(page.rows())
                            .isTruncated(page.nextToken() != null)
                            .marker(page.nextToken())
                            .build();
                });
    }

    private void registerInstanceProfilesAndPolicies(ActionRegistry registry) {
        registry.add(
                Service.IAM,
                "TagInstanceProfile",
                TagInstanceProfileRequest::builder,
                (RequestContext context, TagInstanceProfileRequest request) -> {
                    put(context, named(InstanceProfiles.ROWS, request.instanceProfileName()), request.tags());
                    return TagInstanceProfileResponse.builder().build();
                });
        registry.add(
                Service.IAM,
                "UntagInstanceProfile",
                UntagInstanceProfileRequest::builder,
                (RequestContext context, UntagInstanceProfileRequest request) -> {
                    remove(context, named(InstanceProfiles.ROWS, request.instanceProfileName()), request.tagKeys());
                    return UntagInstanceProfileResponse.builder().build();
                });
        registry.add(
                Service.IAM,
                "ListInstanceProfileTags",
                ListInstanceProfileTagsRequest::builder,
                (RequestContext context, ListInstanceProfileTagsRequest request) -> {
                    var page = list(
                            context,
                            named(InstanceProfiles.ROWS, request.instanceProfileName()),
                            new IamPages.Ask(request.maxItems(), request.marker()));
                    return ListInstanceProfileTagsResponse.builder()
                            .tags(page.rows())
                            .isTruncated(page.nextToken() != null)
                            .marker(page.nextToken())
                            .build();
                });
        registry.add(
                Service.IAM,
                "TagPolicy",
                TagPolicyRequest::builder,
                (RequestContext context, TagPolicyRequest request) -> {
                    put(context, policy(request.policyArn()), request.tags());
                    return TagPolicyResponse.builder().build();
                });
        registry.add(
                Service.IAM,
                "UntagPolicy",
                UntagPolicyRequest::builder,
                (RequestContext context, UntagPolicyRequest request) -> {
                    remove(context, policy(request.policyArn()), request.tagKeys());
                    return UntagPolicyResponse.builder().build();
                });
        registry.add(
                Service.IAM,
                "ListPolicyTags",
                ListPolicyTagsRequest::builder,
                (RequestContext context, ListPolicyTagsRequest request) -> {
                    var page = list(
                            context,
                            policy(request.policyArn()),
                            new IamPages.Ask(request.maxItems(), request.marker()));
                    return ListPolicyTagsResponse.builder()
                            .tags(page.rows())
                            .isTruncated(page.nextToken() != null)
                            .marker(page.nextToken())
                            .build();
                });
    }

    private void registerCredentials(ActionRegistry registry) {
        registry.add(
                Service.IAM,
                "TagMFADevice",
                TagMfaDeviceRequest::builder,
                (RequestContext context, TagMfaDeviceRequest request) -> {
                    put(context, device(request.serialNumber()), request.tags());
                    return TagMfaDeviceResponse.builder().build();
                });
        registry.add(
                Service.IAM,
                "UntagMFADevice",
                UntagMfaDeviceRequest::builder,
                (RequestContext context, UntagMfaDeviceRequest request) -> {
                    remove(context, device(request.serialNumber()), request.tagKeys());
                    return UntagMfaDeviceResponse.builder().build();
                });
        registry.add(
                Service.IAM,
                "ListMFADeviceTags",
                ListMfaDeviceTagsRequest::builder,
                (RequestContext context, ListMfaDeviceTagsRequest request) -> {
                    var page = list(
                            context,
                            device(request.serialNumber()),
                            new IamPages.Ask(request.maxItems(), request.marker()));
                    return ListMfaDeviceTagsResponse.builder()
                            .tags(page.rows())
                            .isTruncated(page.nextToken() != null)
                            .marker(page.nextToken())
                            .build();
                });
        registry.add(
                Service.IAM,
                "TagServerCertificate",
                TagServerCertificateRequest::builder,
                (RequestContext context, TagServerCertificateRequest request) -> {
                    put(context, named(ServerCertificateActions.ROWS, request.serverCertificateName()), request.tags());
                    return TagServerCertificateResponse.builder().build();
                });
        registry.add(
                Service.IAM,
                "UntagServerCertificate",
                UntagServerCertificateRequest::builder,
                (RequestContext context, UntagServerCertificateRequest request) -> {
                    remove(
                            context,
                            named(ServerCertificateActions.ROWS, request.serverCertificateName()),
                            request.tagKeys());
                    return UntagServerCertificateResponse.builder().build();
                });
        registry.add(
                Service.IAM,
                "ListServerCertificateTags",
                ListServerCertificateTagsRequest::builder,
                (RequestContext context, ListServerCertificateTagsRequest request) -> {
                    var page = list(
                            context,
                            named(ServerCertificateActions.ROWS, request.serverCertificateName()),
                            new IamPages.Ask(request.maxItems(), request.marker()));
                    return ListServerCertificateTagsResponse.builder()
                            .tags(page.rows())
                            .isTruncated(page.nextToken() != null)
                            .marker(page.nextToken())
                            .build();
                });
        registry.add(
                Service.IAM,
                "TagOpenIDConnectProvider",
                TagOpenIdConnectProviderRequest::builder,
                (RequestContext context, TagOpenIdConnectProviderRequest request) -> {
                    put(context, provider(request.openIDConnectProviderArn()), request.tags());
                    return TagOpenIdConnectProviderResponse.builder().build();
                });
        registry.add(
                Service.IAM,
                "UntagOpenIDConnectProvider",
                UntagOpenIdConnectProviderRequest::builder,
                (RequestContext context, UntagOpenIdConnectProviderRequest request) -> {
                    remove(context, provider(request.openIDConnectProviderArn()), request.tagKeys());
                    return UntagOpenIdConnectProviderResponse.builder().build();
                });
        registry.add(
                Service.IAM,
                "ListOpenIDConnectProviderTags",
                ListOpenIdConnectProviderTagsRequest::builder,
                (RequestContext context, ListOpenIdConnectProviderTagsRequest request) -> {
                    var page = list(
                            context,
                            provider(request.openIDConnectProviderArn()),
                            new IamPages.Ask(request.maxItems(), request.marker()));
                    return ListOpenIdConnectProviderTagsResponse.builder()
                            .tags(page.rows())
                            .isTruncated(page.nextToken() != null)
                            .marker(page.nextToken())
                            .build();
                });
    }

    private void put(RequestContext context, Owner owner, List<Tag> tags) {
        store.changeAccess(
                context.account(), entities -> EntityTags.put(entities, owner.id(entities, context.account()), tags));
    }

    private void remove(RequestContext context, Owner owner, List<String> keys) {
        store.changeAccess(
                context.account(),
                entities -> EntityTags.remove(entities, owner.id(entities, context.account()), keys));
    }

    private Page<Tag> list(RequestContext context, Owner owner, IamPages.Ask ask) {
        var tags = store.read(entities -> EntityTags.of(entities, owner.id(entities, context.account())));
        return store.cut(context, ask, tags, Tag::key);
    }

    private static Owner named(EntityRows<? extends EntityRow> rows, @Nullable String name) {
        return (entities, account) -> rows.get(entities, account, name).id();
    }

    private static Owner policy(@Nullable String arn) {
        return (entities, account) ->
                ManagedPolicies.own(entities, account, arn).id();
    }

    private static Owner device(@Nullable String serial) {
        return (entities, account) ->
                MfaDevices.bySerial(entities, account, serial).id();
    }

    private static Owner provider(@Nullable String arn) {
        return (entities, account) ->
                OidcProviders.byArn(entities, account, arn).id();
    }

    /** Whose tags a request is about. */
    @FunctionalInterface
    private interface Owner {
        /** The unique id. Throws {@code NoSuchEntity}. */
        String id(EntityManager entities, AccountId account);
    }
}
