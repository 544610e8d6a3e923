package io.coppice.cloud.identity.group;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.identity.entity.EntityKind;
import io.coppice.cloud.identity.entity.EntityName;
import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.entity.IamPages;
import io.coppice.cloud.identity.entity.IamStore;
import io.coppice.cloud.identity.entity.Require;
import io.coppice.cloud.identity.user.UserActions;
import io.coppice.cloud.identity.user.Users;
import jakarta.inject.Singleton;
import java.util.Comparator;
import software.amazon.awssdk.services.iam.model.AddUserToGroupRequest;
import software.amazon.awssdk.services.iam.model.AddUserToGroupResponse;
import software.amazon.awssdk.services.iam.model.CreateGroupRequest;
import software.amazon.awssdk.services.iam.model.CreateGroupResponse;
import software.amazon.awssdk.services.iam.model.DeleteGroupRequest;
import software.amazon.awssdk.services.iam.model.DeleteGroupResponse;
import software.amazon.awssdk.services.iam.model.GetGroupRequest;
import software.amazon.awssdk.services.iam.model.GetGroupResponse;
import software.amazon.awssdk.services.iam.model.Group;
import software.amazon.awssdk.services.iam.model.ListGroupsForUserRequest;
import software.amazon.awssdk.services.iam.model.ListGroupsForUserResponse;
import software.amazon.awssdk.services.iam.model.ListGroupsRequest;
import software.amazon.awssdk.services.iam.model.ListGroupsResponse;
import software.amazon.awssdk.services.iam.model.RemoveUserFromGroupRequest;
import software.amazon.awssdk.services.iam.model.RemoveUserFromGroupResponse;
import software.amazon.awssdk.services.iam.model.UpdateGroupRequest;
import software.amazon.awssdk.services.iam.model.UpdateGroupResponse;

/** IAM's actions on groups and who is in them. Thread-safe. */
@Singleton
public final class GroupActions implements ActionModule {
    private static final int GROUPS_PER_USER = 10;

    private final IamStore store;

    /** For the container and for tests. */
    public GroupActions(IamStore store) {
        this.store = store;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.IAM, "CreateGroup", CreateGroupRequest::builder, this::create);
        registry.add(Service.IAM, "GetGroup", GetGroupRequest::builder, this::get);
        registry.add(Service.IAM, "ListGroups", ListGroupsRequest::builder, this::list);
        registry.add(Service.IAM, "UpdateGroup", UpdateGroupRequest::builder, this::update);
        registry.add(Service.IAM, "DeleteGroup", DeleteGroupRequest::builder, this::delete);
        registry.add(Service.IAM, "AddUserToGroup", AddUserToGroupRequest::builder, this::addUser);
        registry.add(Service.IAM, "RemoveUserFromGroup", RemoveUserFromGroupRequest::builder, this::removeUser);
        registry.add(Service.IAM, "ListGroupsForUser", ListGroupsForUserRequest::builder, this::listForUser);
    }

    private CreateGroupResponse create(RequestContext context, CreateGroupRequest request) {
        var name = new EntityName(
                context.account(), Require.path(request.path()), Require.name(EntityKind.GROUP, request.groupName()));
        var row =
                store.change(context.account(), entities -> Groups.ROWS.add(entities, new GroupRow(name, store.now())));
        return CreateGroupResponse.builder().group(group(row)).build();
    }

    private GetGroupResponse get(RequestContext context, GetGroupRequest request) {
        return store.read(entities -> {
            var row = Groups.ROWS.get(entities, context.account(), request.groupName());
            var users = Users.ROWS.byIds(entities, Members.usersOf(entities, row)).values().stream()
                    .sorted(Comparator.comparing(Users.ROWS::sortKey))
                    .toList();
            var page = store.cut(
                    context, new IamPages.Ask(request.maxItems(), request.marker()), users, Users.ROWS::sortKey);
            return GetGroupResponse.builder()
                    .group(group(row))
                    .users(page.map(UserActions::brief))
                    .isTruncated(page.nextToken() != null)
                    .marker(page.nextToken())
                    .build();
        });
    }

    private ListGroupsResponse list(RequestContext context, ListGroupsRequest request) {
        var prefix = Require.pathPrefix(request.pathPrefix());
        var page = store.page(
                context,
                new IamPages.Ask(request.maxItems(), request.marker()),
                entities -> Groups.ROWS.under(entities, context.account(), prefix),
                Groups.ROWS::sortKey);
        return ListGroupsResponse.builder()
                .groups(page.map(GroupActions::group))
                .isTruncated(page.nextToken() != null)
                .marker(page.nextToken())
                .build();
    }

    private UpdateGroupResponse update(RequestContext context, UpdateGroupRequest request) {
        store.changeAccess(context.account(), entities -> {
            var row = Groups.ROWS.get(entities, context.account(), request.groupName());
            Groups.ROWS.rename(entities, row, request.newPath(), request.newGroupName());
        });
        return UpdateGroupResponse.builder().build();
    }

    private DeleteGroupResponse delete(RequestContext context, DeleteGroupRequest request) {
        store.change(context.account(), entities -> {
            Groups.delete(entities, context.account(), request.groupName());
            return true;
        });
        return DeleteGroupResponse.builder().build();
    }

    private AddUserToGroupResponse addUser(RequestContext context, AddUserToGroupRequest request) {
        store.changeAccess(context.account(), entities -> {
            var group = Groups.ROWS.get(entities, context.account(), request.groupName());
            var user = Users.ROWS.get(entities, context.account(), request.userName());
            Members.add(entities, group, user, store.now());
            if (Members.groupsOf(entities, user.id()).size() > GROUPS_PER_USER) {
                throw IamErrors.limitExceeded("GroupsPerUser", GROUPS_PER_USER);
            }
        });
        return AddUserToGroupResponse.builder().build();
    }

    private RemoveUserFromGroupResponse removeUser(RequestContext context, RemoveUserFromGroupRequest request) {
        store.changeAccess(context.account(), entities -> {
            var group = Groups.ROWS.get(entities, context.account(), request.groupName());
            var user = Users.ROWS.get(entities, context.account(), request.userName());
            if (!Members.remove(entities, group, user)) {
                throw IamErrors.noSuchEntity("User " + user.name() + " not in group " + group.name());
            }
        });
        return RemoveUserFromGroupResponse.builder().build();
    }

    private ListGroupsForUserResponse listForUser(RequestContext context, ListGroupsForUserRequest request) {
        var groups = store.read(entities -> {
            var user = Users.ROWS.get(entities, context.account(), request.userName());
            return Groups.ROWS.byIds(entities, Members.groupsOf(entities, user.id())).values().stream()
                    .sorted(Comparator.comparing(Groups.ROWS::sortKey))
                    .toList();
        });
        var page = store.cut(
                context, new IamPages.Ask(request.maxItems(), request.marker()), groups, Groups.ROWS::sortKey);
        return ListGroupsForUserResponse.builder()
                .groups(page.map(GroupActions::group))
                .isTruncated(page.nextToken() != null)
                .marker(page.nextToken())
                .build();
    }

    private static Group group(GroupRow row) {
        return Group.builder()
                .groupId(row.id())
                .groupName(row.name())
                .path(row.path())
                .arn(row.arn())
                .createDate(row.createdAt())
                .build();
    }
}
