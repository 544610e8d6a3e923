package io.coppice.cloud.identity;

import io.coppice.cloud.front.ActionModule;
import io.coppice.cloud.front.ActionRegistry;
import io.coppice.cloud.front.ActionRegistry.Service;
import io.coppice.cloud.front.RequestContext;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.AccessKey;
import software.amazon.awssdk.services.iam.model.AccessKeyMetadata;
import software.amazon.awssdk.services.iam.model.CreateAccessKeyRequest;
import software.amazon.awssdk.services.iam.model.CreateAccessKeyResponse;
import software.amazon.awssdk.services.iam.model.CreateUserRequest;
import software.amazon.awssdk.services.iam.model.CreateUserResponse;
import software.amazon.awssdk.services.iam.model.DeleteAccessKeyRequest;
import software.amazon.awssdk.services.iam.model.DeleteAccessKeyResponse;
import software.amazon.awssdk.services.iam.model.DeleteUserRequest;
import software.amazon.awssdk.services.iam.model.DeleteUserResponse;
import software.amazon.awssdk.services.iam.model.GetUserRequest;
import software.amazon.awssdk.services.iam.model.GetUserResponse;
import software.amazon.awssdk.services.iam.model.ListAccessKeysRequest;
import software.amazon.awssdk.services.iam.model.ListAccessKeysResponse;
import software.amazon.awssdk.services.iam.model.ListUsersRequest;
import software.amazon.awssdk.services.iam.model.ListUsersResponse;
import software.amazon.awssdk.services.iam.model.StatusType;
import software.amazon.awssdk.services.iam.model.User;

/**
 * IAM's actions on users and access keys. Without a policy engine every user of an account may do everything in it, these
 * actions included. Thread-safe.
 */
public final class IamActions implements ActionModule {
    private static final Pattern NAME = Pattern.compile("[\\w+=,.@-]{1,64}");
    private static final Pattern PATH = Pattern.compile("/|/[\\x21-\\x7E]{1,510}/");
    private static final int DEFAULT_PAGE = 100;
    private static final int MAX_PAGE = 1_000;

    private final Users users;

    public IamActions(Users users) {
        this.users = users;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.IAM, "GetUser", GetUserRequest::builder, this::getUser);
        registry.add(Service.IAM, "ListUsers", ListUsersRequest::builder, this::listUsers);
        registry.add(Service.IAM, "CreateUser", CreateUserRequest::builder, this::createUser);
        registry.add(Service.IAM, "DeleteUser", DeleteUserRequest::builder, this::deleteUser);
        registry.add(Service.IAM, "ListAccessKeys", ListAccessKeysRequest::builder, this::listAccessKeys);
        registry.add(Service.IAM, "CreateAccessKey", CreateAccessKeyRequest::builder, this::createAccessKey);
        registry.add(Service.IAM, "DeleteAccessKey", DeleteAccessKeyRequest::builder, this::deleteAccessKey);
    }

    private GetUserResponse getUser(RequestContext context, GetUserRequest request) {
        return GetUserResponse.builder()
                .user(user(named(context, request.userName())))
                .build();
    }

    private ListUsersResponse listUsers(RequestContext context, ListUsersRequest request) {
        var limit = request.maxItems() == null ? DEFAULT_PAGE : request.maxItems();
        if (limit < 1 || limit > MAX_PAGE) {
            throw IamErrors.invalid("maxItems", "Member must be between 1 and " + MAX_PAGE);
        }
        var prefix = request.pathPrefix() == null ? "/" : request.pathPrefix();
        var found = users.list(context.account(), prefix, nameOf(request.marker()), limit + 1);
        var more = found.size() > limit;
        var page = more ? found.subList(0, limit) : found;
        return ListUsersResponse.builder()
                .users(page.stream().map(IamActions::user).toList())
                .isTruncated(more)
                .marker(more ? marker(page.getLast().name()) : null)
                .build();
    }

    private CreateUserResponse createUser(RequestContext context, CreateUserRequest request) {
        var path = request.path() == null ? "/" : request.path();
        if (!PATH.matcher(path).matches()) {
            throw IamErrors.invalid("path", "Member must begin and end with a slash and have up to 512 characters");
        }
        if (request.hasTags() || request.permissionsBoundary() != null) {
            throw IamErrors.unsupported("A user with tags or a permissions boundary");
        }
        var created = users.create(context.account(), checkedName(request.userName()), path);
        return CreateUserResponse.builder().user(user(created)).build();
    }

    private DeleteUserResponse deleteUser(RequestContext context, DeleteUserRequest request) {
        users.delete(context.account(), checkedName(request.userName()));
        return DeleteUserResponse.builder().build();
    }

    private ListAccessKeysResponse listAccessKeys(RequestContext context, ListAccessKeysRequest request) {
        var user = named(context, request.userName());
        return ListAccessKeysResponse.builder()
                .accessKeyMetadata(users.keys(user).stream()
                        .map(key -> AccessKeyMetadata.builder()
                                .userName(user.name())
                                .accessKeyId(key.id())
                                .status(status(key))
                                .createDate(key.createdAt())
                                .build())
                        .toList())
                .isTruncated(false)
                .build();
    }

    private CreateAccessKeyResponse createAccessKey(RequestContext context, CreateAccessKeyRequest request) {
        var user = named(context, request.userName());
        var created = users.createKey(user);
        return CreateAccessKeyResponse.builder()
                .accessKey(AccessKey.builder()
                        .userName(user.name())
                        .accessKeyId(created.row().id())
                        .status(status(created.row()))
                        .secretAccessKey(created.secret())
                        .createDate(created.row().createdAt())
                        .build())
                .build();
    }

    private DeleteAccessKeyResponse deleteAccessKey(RequestContext context, DeleteAccessKeyRequest request) {
        if (request.accessKeyId() == null) {
            throw IamErrors.invalid("accessKeyId", "Member must not be null");
        }
        users.deleteKey(named(context, request.userName()), request.accessKeyId());
        return DeleteAccessKeyResponse.builder().build();
    }

    /** The user of that name; the caller where the request names nobody. */
    private UserRow named(RequestContext context, @Nullable String name) {
        return name == null
                ? users.getById(context.caller().userId())
                : users.get(context.account(), checkedName(name));
    }

    private static String checkedName(@Nullable String name) {
        if (name == null || !NAME.matcher(name).matches()) {
            throw IamErrors.invalid(
                    "userName",
                    "Member must satisfy regular expression pattern: [\\w+=,.@-]+ and have up to 64 characters");
        }
        return name;
    }

    private static User user(UserRow row) {
        return User.builder()
                .userId(row.id())
                .userName(row.name())
                .path(row.path())
                .arn(row.arn())
                .createDate(row.createdAt())
                .build();
    }

    private static StatusType status(AccessKeyRow key) {
        return key.active() ? StatusType.ACTIVE : StatusType.INACTIVE;
    }

    private static String marker(String lastName) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(lastName.getBytes(StandardCharsets.UTF_8));
    }

    private static String nameOf(@Nullable String marker) {
        if (marker == null) {
            return "";
        }
        try {
            return new String(Base64.getUrlDecoder().decode(marker), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw IamErrors.invalid("marker", "Member must be a marker of an earlier answer");
        }
    }
}
