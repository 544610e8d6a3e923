package io.coppice.cloud.identity.role;

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
import io.coppice.cloud.identity.policy.ManagedPolicies;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import software.amazon.awssdk.services.iam.model.CreateRoleRequest;
import software.amazon.awssdk.services.iam.model.CreateRoleResponse;
import software.amazon.awssdk.services.iam.model.DeleteRolePermissionsBoundaryRequest;
import software.amazon.awssdk.services.iam.model.DeleteRolePermissionsBoundaryResponse;
import software.amazon.awssdk.services.iam.model.DeleteRoleRequest;
import software.amazon.awssdk.services.iam.model.DeleteRoleResponse;
import software.amazon.awssdk.services.iam.model.GetRoleRequest;
import software.amazon.awssdk.services.iam.model.GetRoleResponse;
import software.amazon.awssdk.services.iam.model.ListRolesRequest;
import software.amazon.awssdk.services.iam.model.ListRolesResponse;
import software.amazon.awssdk.services.iam.model.PutRolePermissionsBoundaryRequest;
import software.amazon.awssdk.services.iam.model.PutRolePermissionsBoundaryResponse;
import software.amazon.awssdk.services.iam.model.Role;
import software.amazon.awssdk.services.iam.model.UpdateAssumeRolePolicyRequest;
import software.amazon.awssdk.services.iam.model.UpdateAssumeRolePolicyResponse;
import software.amazon.awssdk.services.iam.model.UpdateRoleDescriptionRequest;
import software.amazon.awssdk.services.iam.model.UpdateRoleDescriptionResponse;
import software.amazon.awssdk.services.iam.model.UpdateRoleRequest;
import software.amazon.awssdk.services.iam.model.UpdateRoleResponse;

/** IAM's actions on roles. Thread-safe. */
@Singleton
public final class RoleActions implements ActionModule {
    private final IamStore store;

    /** For the container and for tests. */
    public RoleActions(IamStore store) {
        this.store = store;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.IAM, "CreateRole", CreateRoleRequest::builder, this::create);
        registry.add(Service.IAM, "GetRole", GetRoleRequest::builder, this::get);
        registry.add(Service.IAM, "ListRoles", ListRolesRequest::builder, this::list);
        registry.add(Service.IAM, "UpdateRole", UpdateRoleRequest::builder, this::update);
        registry.add(Service.IAM, "UpdateRoleDescription", UpdateRoleDescriptionRequest::builder, this::describe);
        registry.add(Service.IAM, "UpdateAssumeRolePolicy", UpdateAssumeRolePolicyRequest::builder, this::trust);
        registry.add(Service.IAM, "DeleteRole", DeleteRoleRequest::builder, this::delete);
        registry.add(
                Service.IAM, "PutRolePermissionsBoundary", PutRolePermissionsBoundaryRequest::builder, this::bound);
        registry.add(
                Service.IAM,
                "DeleteRolePermissionsBoundary",
                DeleteRolePermissionsBoundaryRequest::builder,
                this::unbound);
    }

    private CreateRoleResponse create(RequestContext context, CreateRoleRequest request) {
        var name = new EntityName(
                context.account(), Require.path(request.path()), Require.name(EntityKind.ROLE, request.roleName()));
        var trust = Roles.trustPolicy("assumeRolePolicyDocument", request.assumeRolePolicyDocument());
        var description = Require.description(request.description());
        var longest = Roles.longestSession(request.maxSessionDuration());
        return store.change(context.account(), entities -> {
            var row = Roles.ROWS.add(entities, new RoleRow(name, trust, description, longest, store.now()));
            if (request.permissionsBoundary() != null) {
                row.bound(ManagedPolicies.boundary(entities, context.account(), request.permissionsBoundary()));
            }
            EntityTags.put(entities, row.id(), request.tags());
            return CreateRoleResponse.builder().role(full(entities, row)).build();
        });
    }

    private GetRoleResponse get(RequestContext context, GetRoleRequest request) {
        return store.read(entities -> GetRoleResponse.builder()
                .role(full(entities, Roles.ROWS.get(entities, context.account(), request.roleName())))
                .build());
    }

    private ListRolesResponse list(RequestContext context, ListRolesRequest request) {
        var prefix = Require.pathPrefix(request.pathPrefix());
        var page = store.page(
                context,
                new IamPages.Ask(request.maxItems(), request.marker()),
                entities -> Roles.ROWS.under(entities, context.account(), prefix),
                Roles.ROWS::sortKey);
        return ListRolesResponse.builder()
                .roles(page.map(RoleAnswers::brief))
                .isTruncated(page.nextToken() != null)
                .marker(page.nextToken())
                .build();
    }

    private UpdateRoleResponse update(RequestContext context, UpdateRoleRequest request) {
        store.change(context.account(), entities -> {
            var row = Roles.ROWS.get(entities, context.account(), request.roleName());
            if (request.description() != null) {
                row.describe(Require.description(request.description()));
            }
            if (request.maxSessionDuration() != null) {
                row.limitSessions(Roles.longestSession(request.maxSessionDuration()));
            }
            return row;
        });
        return UpdateRoleResponse.builder().build();
    }

    private UpdateRoleDescriptionResponse describe(RequestContext context, UpdateRoleDescriptionRequest request) {
        var description = Require.description(Require.present("description", request.description()));
        return store.change(context.account(), entities -> {
            var row = Roles.ROWS.get(entities, context.account(), request.roleName());
            row.describe(description);
            return UpdateRoleDescriptionResponse.builder()
                    .role(full(entities, row))
                    .build();
        });
    }

    private UpdateAssumeRolePolicyResponse trust(RequestContext context, UpdateAssumeRolePolicyRequest request) {
        var policy = Roles.trustPolicy("policyDocument", request.policyDocument());
        store.changeAccess(context.account(), entities -> Roles.ROWS
                .get(entities, context.account(), request.roleName())
                .trust(policy));
        return UpdateAssumeRolePolicyResponse.builder().build();
    }

    private DeleteRoleResponse delete(RequestContext context, DeleteRoleRequest request) {
        store.changeAccess(
                context.account(), entities -> Roles.delete(entities, context.account(), request.roleName()));
        return DeleteRoleResponse.builder().build();
    }

    private PutRolePermissionsBoundaryResponse bound(
            RequestContext context, PutRolePermissionsBoundaryRequest request) {
        store.changeAccess(context.account(), entities -> {
            var row = Roles.ROWS.get(entities, context.account(), request.roleName());
            row.bound(ManagedPolicies.boundary(entities, context.account(), request.permissionsBoundary()));
        });
        return PutRolePermissionsBoundaryResponse.builder().build();
    }

    private DeleteRolePermissionsBoundaryResponse unbound(
            RequestContext context, DeleteRolePermissionsBoundaryRequest request) {
        store.changeAccess(context.account(), entities -> {
            var row = Roles.ROWS.get(entities, context.account(), request.roleName());
            if (row.boundaryArn().isEmpty()) {
                throw IamErrors.noSuchEntity("The permissions boundary of role " + row.name() + " cannot be found.");
            }
            row.bound(null);
        });
        return DeleteRolePermissionsBoundaryResponse.builder().build();
    }

    private static Role full(EntityManager entities, RoleRow row) {
        return RoleAnswers.full(row, EntityTags.of(entities, row.id()));
    }
}
