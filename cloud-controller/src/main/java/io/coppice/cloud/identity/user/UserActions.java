package io.coppice.cloud.identity.user;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.identity.UserRow;
import io.coppice.cloud.identity.entity.EntityTags;
import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.entity.IamPages;
import io.coppice.cloud.identity.entity.IamStore;
import io.coppice.cloud.identity.entity.Require;
import io.coppice.cloud.identity.policy.ManagedPolicies;
import jakarta.inject.Singleton;
import java.util.List;
import software.amazon.awssdk.services.iam.model.AttachedPermissionsBoundary;
import software.amazon.awssdk.services.iam.model.CreateUserRequest;
import software.amazon.awssdk.services.iam.model.CreateUserResponse;
import software.amazon.awssdk.services.iam.model.DeleteUserPermissionsBoundaryRequest;
import software.amazon.awssdk.services.iam.model.DeleteUserPermissionsBoundaryResponse;
import software.amazon.awssdk.services.iam.model.DeleteUserRequest;
import software.amazon.awssdk.services.iam.model.DeleteUserResponse;
import software.amazon.awssdk.services.iam.model.GetUserRequest;
import software.amazon.awssdk.services.iam.model.GetUserResponse;
import software.amazon.awssdk.services.iam.model.ListUsersRequest;
import software.amazon.awssdk.services.iam.model.ListUsersResponse;
import software.amazon.awssdk.services.iam.model.PutUserPermissionsBoundaryRequest;
import software.amazon.awssdk.services.iam.model.PutUserPermissionsBoundaryResponse;
import software.amazon.awssdk.services.iam.model.Tag;
import software.amazon.awssdk.services.iam.model.UpdateUserRequest;
import software.amazon.awssdk.services.iam.model.UpdateUserResponse;
import software.amazon.awssdk.services.iam.model.User;

/** IAM's actions on users. Thread-safe. */
@Singleton
public final class UserActions implements ActionModule {
    private final IamStore store;

    /** For the container and for tests. */
    public UserActions(IamStore store) {
        this.store = store;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.IAM, "CreateUser", CreateUserRequest::builder, this::create);
        registry.add(Service.IAM, "GetUser", GetUserRequest::builder, this::get);
        registry.add(Service.IAM, "ListUsers", ListUsersRequest::builder, this::list);
        registry.add(Service.IAM, "UpdateUser", UpdateUserRequest::builder, this::update);
        registry.add(Service.IAM, "DeleteUser", DeleteUserRequest::builder, this::delete);
        registry.add(
                Service.IAM, "PutUserPermissionsBoundary", PutUserPermissionsBoundaryRequest::builder, this::bound);
        registry.add(
                Service.IAM,
                "DeleteUserPermissionsBoundary",
                DeleteUserPermissionsBoundaryRequest::builder,
                this::unbound);
    }

    private CreateUserResponse create(RequestContext context, CreateUserRequest request) {
        return store.change(context.account(), entities -> {
            var row = Users.create(entities, context.account(), request.path(), request.userName(), store.now());
            if (request.permissionsBoundary() != null) {
                row.bound(ManagedPolicies.boundary(entities, context.account(), request.permissionsBoundary()));
            }
            EntityTags.put(entities, row.id(), request.tags());
            return CreateUserResponse.builder()
                    .user(full(row, EntityTags.of(entities, row.id())))
                    .build();
        });
    }

    private GetUserResponse get(RequestContext context, GetUserRequest request) {
        var caller = context.caller();
        if (request.userName() == null
                && caller.userId().equals(caller.account().value())) {
            return GetUserResponse.builder().user(root(context)).build();
        }
        return store.read(entities -> {
            var row = Users.orCaller(entities, caller, request.userName());
            return GetUserResponse.builder()
                    .user(full(row, EntityTags.of(entities, row.id())))
                    .build();
        });
    }

    /** As AWS tells of an account's root, which is no user of IAM. */
    private User root(RequestContext context) {
        var caller = context.caller();
        return User.builder()
                .userId(caller.userId())
                .arn(caller.arn())
                .path("/")
                .userName("root")
                .createDate(store.now())
                .build();
    }

    private ListUsersResponse list(RequestContext context, ListUsersRequest request) {
        var prefix = Require.pathPrefix(request.pathPrefix());
        var page = store.page(
                context,
                new IamPages.Ask(request.maxItems(), request.marker()),
                entities -> Users.ROWS.under(entities, context.account(), prefix),
                Users.ROWS::sortKey);
        return ListUsersResponse.builder()
                .users(page.map(UserActions::brief))
                .isTruncated(page.nextToken() != null)
                .marker(page.nextToken())
                .build();
    }

    private UpdateUserResponse update(RequestContext context, UpdateUserRequest request) {
        store.changeAccess(context.account(), entities -> {
            var row = Users.ROWS.get(entities, context.account(), request.userName());
            Users.ROWS.rename(entities, row, request.newPath(), request.newUserName());
        });
        return UpdateUserResponse.builder().build();
    }

    private DeleteUserResponse delete(RequestContext context, DeleteUserRequest request) {
        store.changeAccess(
                context.account(), entities -> Users.delete(entities, context.account(), request.userName()));
        return DeleteUserResponse.builder().build();
    }

    private PutUserPermissionsBoundaryResponse bound(
            RequestContext context, PutUserPermissionsBoundaryRequest request) {
        store.changeAccess(context.account(), entities -> {
            var row = Users.ROWS.get(entities, context.account(), request.userName());
            row.bound(ManagedPolicies.boundary(entities, context.account(), request.permissionsBoundary()));
        });
        return PutUserPermissionsBoundaryResponse.builder().build();
    }

    private DeleteUserPermissionsBoundaryResponse unbound(
            RequestContext context, DeleteUserPermissionsBoundaryRequest request) {
        store.changeAccess(context.account(), entities -> {
            var row = Users.ROWS.get(entities, context.account(), request.userName());
            if (row.boundaryArn().isEmpty()) {
                throw IamErrors.noSuchEntity("The permissions boundary of user " + row.name() + " cannot be found.");
            }
            row.bound(null);
        });
        return DeleteUserPermissionsBoundaryResponse.builder().build();
    }

    /** A user as single answers tell it: with tags and boundary. */
    static User full(UserRow row, List<Tag> tags) {
        var user = brief(row).toBuilder();
        row.boundaryArn()
                .ifPresent(arn -> user.permissionsBoundary(AttachedPermissionsBoundary.builder()
                        .permissionsBoundaryType("Policy")
                        .permissionsBoundaryArn(arn)
                        .build()));
        return tags.isEmpty() ? user.build() : user.tags(tags).build();
    }

    /** A user as listings tell it. */
    public static User brief(UserRow row) {
        return User.builder()
                .userId(row.id())
                .userName(row.name())
                .path(row.path())
                .arn(row.arn())
                .createDate(row.createdAt())
                .passwordLastUsed(row.passwordLastUsedAt().orElse(null))
                .build();
    }
}
