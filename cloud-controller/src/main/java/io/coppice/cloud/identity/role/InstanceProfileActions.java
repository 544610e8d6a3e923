package io.coppice.cloud.identity.role;

import io.coppice.cloud.access.Authorizer;
import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.identity.entity.EntityKind;
import io.coppice.cloud.identity.entity.EntityName;
import io.coppice.cloud.identity.entity.EntityTags;
import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.entity.IamPages;
import io.coppice.cloud.identity.entity.IamStore;
import io.coppice.cloud.identity.entity.Require;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.iam.model.AddRoleToInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.AddRoleToInstanceProfileResponse;
import software.amazon.awssdk.services.iam.model.CreateInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.CreateInstanceProfileResponse;
import software.amazon.awssdk.services.iam.model.DeleteInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.DeleteInstanceProfileResponse;
import software.amazon.awssdk.services.iam.model.GetInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.GetInstanceProfileResponse;
import software.amazon.awssdk.services.iam.model.ListInstanceProfilesForRoleRequest;
import software.amazon.awssdk.services.iam.model.ListInstanceProfilesForRoleResponse;
import software.amazon.awssdk.services.iam.model.ListInstanceProfilesRequest;
import software.amazon.awssdk.services.iam.model.ListInstanceProfilesResponse;
import software.amazon.awssdk.services.iam.model.RemoveRoleFromInstanceProfileRequest;
import software.amazon.awssdk.services.iam.model.RemoveRoleFromInstanceProfileResponse;

/** IAM's actions on instance profiles. Thread-safe. */
@Singleton
public final class InstanceProfileActions implements ActionModule {
    private static final int ROLES_PER_PROFILE = 1;

    private final IamStore store;
    private final Authorizer authorizer;

    /** For the container and for tests. */
    public InstanceProfileActions(IamStore store, Authorizer authorizer) {
        this.store = store;
        this.authorizer = authorizer;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.IAM, "CreateInstanceProfile", CreateInstanceProfileRequest::builder, this::create);
        registry.add(Service.IAM, "GetInstanceProfile", GetInstanceProfileRequest::builder, this::get);
        registry.add(Service.IAM, "ListInstanceProfiles", ListInstanceProfilesRequest::builder, this::list);
        registry.add(
                Service.IAM,
                "ListInstanceProfilesForRole",
                ListInstanceProfilesForRoleRequest::builder,
                this::listForRole);
        registry.add(Service.IAM, "DeleteInstanceProfile", DeleteInstanceProfileRequest::builder, this::delete);
        registry.add(Service.IAM, "AddRoleToInstanceProfile", AddRoleToInstanceProfileRequest::builder, this::addRole);
        registry.add(
                Service.IAM,
                "RemoveRoleFromInstanceProfile",
                RemoveRoleFromInstanceProfileRequest::builder,
                this::removeRole);
    }

    private CreateInstanceProfileResponse create(RequestContext context, CreateInstanceProfileRequest request) {
        var name = new EntityName(
                context.account(),
                Require.path(request.path()),
                Require.name(EntityKind.INSTANCE_PROFILE, request.instanceProfileName()));
        return store.change(context.account(), entities -> {
            var row = InstanceProfiles.ROWS.add(entities, new InstanceProfileRow(name, store.now()));
            EntityTags.put(entities, row.id(), request.tags());
            return CreateInstanceProfileResponse.builder()
                    .instanceProfile(RoleAnswers.profile(row, EntityTags.of(entities, row.id())))
                    .build();
        });
    }

    private GetInstanceProfileResponse get(RequestContext context, GetInstanceProfileRequest request) {
        return store.read(entities -> {
            var row = InstanceProfiles.ROWS.get(entities, context.account(), request.instanceProfileName());
            return GetInstanceProfileResponse.builder()
                    .instanceProfile(RoleAnswers.profile(row, EntityTags.of(entities, row.id())))
                    .build();
        });
    }

    private ListInstanceProfilesResponse list(RequestContext context, ListInstanceProfilesRequest request) {
        var prefix = Require.pathPrefix(request.pathPrefix());
        var page = store.page(
                context,
                new IamPages.Ask(request.maxItems(), request.marker()),
                entities -> InstanceProfiles.ROWS.under(entities, context.account(), prefix),
                InstanceProfiles.ROWS::sortKey);
        return ListInstanceProfilesResponse.builder()
                .instanceProfiles(page.map(row -> RoleAnswers.profile(row, List.of())))
                .isTruncated(page.nextToken() != null)
                .marker(page.nextToken())
                .build();
    }

    private ListInstanceProfilesForRoleResponse listForRole(
            RequestContext context, ListInstanceProfilesForRoleRequest request) {
        var rows = store.read(entities ->
                Roles.profilesOf(entities, Roles.ROWS.get(entities, context.account(), request.roleName())));
        var page = store.cut(
                context, new IamPages.Ask(request.maxItems(), request.marker()), rows, InstanceProfiles.ROWS::sortKey);
        return ListInstanceProfilesForRoleResponse.builder()
                .instanceProfiles(page.map(row -> RoleAnswers.profile(row, List.of())))
                .isTruncated(page.nextToken() != null)
                .marker(page.nextToken())
                .build();
    }

    private DeleteInstanceProfileResponse delete(RequestContext context, DeleteInstanceProfileRequest request) {
        store.changeAccess(context.account(), entities -> {
            var row = InstanceProfiles.ROWS.get(entities, context.account(), request.instanceProfileName());
            if (row.role().isPresent()) {
                throw IamErrors.deleteConflict("must remove roles from instance profile first");
            }
            EntityTags.removeAll(entities, row.id());
            entities.remove(row);
        });
        return DeleteInstanceProfileResponse.builder().build();
    }

    /** Who puts a role into a profile passes it to instances, and must be allowed to. */
    private AddRoleToInstanceProfileResponse addRole(RequestContext context, AddRoleToInstanceProfileRequest request) {
        var passed = store.read(entities -> Roles.ROWS.get(entities, context.account(), request.roleName()));
        authorizer.require(
                context, "iam:PassRole", passed.arn(), Map.of("iam:passedtoservice", List.of("ec2.amazonaws.com")));
        store.changeAccess(context.account(), entities -> {
            var profile = InstanceProfiles.ROWS.get(entities, context.account(), request.instanceProfileName());
            var role = Roles.ROWS.get(entities, context.account(), request.roleName());
            if (profile.role().isPresent()) {
                throw IamErrors.limitExceeded("InstanceSessionsPerInstanceProfile", ROLES_PER_PROFILE);
            }
            profile.carry(role);
        });
        return AddRoleToInstanceProfileResponse.builder().build();
    }

    private RemoveRoleFromInstanceProfileResponse removeRole(
            RequestContext context, RemoveRoleFromInstanceProfileRequest request) {
        store.changeAccess(context.account(), entities -> {
            var profile = InstanceProfiles.ROWS.get(entities, context.account(), request.instanceProfileName());
            var name = Require.name(EntityKind.ROLE, request.roleName());
            if (profile.role().filter(role -> role.name().equals(name)).isEmpty()) {
                throw IamErrors.notFound(EntityKind.ROLE, name);
            }
            profile.carry(null);
        });
        return RemoveRoleFromInstanceProfileResponse.builder().build();
    }
}
