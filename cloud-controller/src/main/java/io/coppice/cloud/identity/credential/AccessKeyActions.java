package io.coppice.cloud.identity.credential;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.identity.AccessKeyRow;
import io.coppice.cloud.identity.KeyUse;
import io.coppice.cloud.identity.KeyUses;
import io.coppice.cloud.identity.UserRow;
import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.entity.IamPages;
import io.coppice.cloud.identity.entity.IamStore;
import io.coppice.cloud.identity.entity.Require;
import jakarta.inject.Singleton;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.AccessKey;
import software.amazon.awssdk.services.iam.model.AccessKeyLastUsed;
import software.amazon.awssdk.services.iam.model.AccessKeyMetadata;
import software.amazon.awssdk.services.iam.model.CreateAccessKeyRequest;
import software.amazon.awssdk.services.iam.model.CreateAccessKeyResponse;
import software.amazon.awssdk.services.iam.model.DeleteAccessKeyRequest;
import software.amazon.awssdk.services.iam.model.DeleteAccessKeyResponse;
import software.amazon.awssdk.services.iam.model.GetAccessKeyLastUsedRequest;
import software.amazon.awssdk.services.iam.model.GetAccessKeyLastUsedResponse;
import software.amazon.awssdk.services.iam.model.ListAccessKeysRequest;
import software.amazon.awssdk.services.iam.model.ListAccessKeysResponse;
import software.amazon.awssdk.services.iam.model.StatusType;
import software.amazon.awssdk.services.iam.model.UpdateAccessKeyRequest;
import software.amazon.awssdk.services.iam.model.UpdateAccessKeyResponse;

/** IAM's actions on access keys. Thread-safe. */
@Singleton
public final class AccessKeyActions implements ActionModule {
    private static final Pattern KEY_ID = Pattern.compile("\\w{16,128}");
    private static final String NEVER = "N/A";

    private final IamStore store;
    private final UserKeys keys;
    private final KeyUses uses;

    /** For the container and for tests. */
    public AccessKeyActions(IamStore store, UserKeys keys, KeyUses uses) {
        this.store = store;
        this.keys = keys;
        this.uses = uses;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.IAM, "CreateAccessKey", CreateAccessKeyRequest::builder, this::create);
        registry.add(Service.IAM, "ListAccessKeys", ListAccessKeysRequest::builder, this::list);
        registry.add(Service.IAM, "UpdateAccessKey", UpdateAccessKeyRequest::builder, this::update);
        registry.add(Service.IAM, "DeleteAccessKey", DeleteAccessKeyRequest::builder, this::delete);
        registry.add(Service.IAM, "GetAccessKeyLastUsed", GetAccessKeyLastUsedRequest::builder, this::lastUsed);
    }

    private CreateAccessKeyResponse create(RequestContext context, CreateAccessKeyRequest request) {
        var owner = owner(context, request.userName());
        var created = keys.create(owner);
        return CreateAccessKeyResponse.builder()
                .accessKey(AccessKey.builder()
                        .userName(owner.name())
                        .accessKeyId(created.row().id())
                        .status(status(created.row()))
                        .secretAccessKey(created.secret())
                        .createDate(created.row().createdAt())
                        .build())
                .build();
    }

    private ListAccessKeysResponse list(RequestContext context, ListAccessKeysRequest request) {
        var owner = owner(context, request.userName());
        var rows = store.read(entities -> UserKeys.of(entities, owner)).stream()
                .sorted(Comparator.comparing(AccessKeyRow::id))
                .toList();
        var page = store.cut(context, new IamPages.Ask(request.maxItems(), request.marker()), rows, AccessKeyRow::id);
        return ListAccessKeysResponse.builder()
                .accessKeyMetadata(page.map(key -> AccessKeyMetadata.builder()
                        .userName(owner.name())
                        .accessKeyId(key.id())
                        .status(status(key))
                        .createDate(key.createdAt())
                        .build()))
                .isTruncated(page.nextToken() != null)
                .marker(page.nextToken())
                .build();
    }

    private UpdateAccessKeyResponse update(RequestContext context, UpdateAccessKeyRequest request) {
        var id = keyId(request.accessKeyId());
        var on = active(request.statusAsString());
        keys.activate(owner(context, request.userName()), id, on);
        return UpdateAccessKeyResponse.builder().build();
    }

    private DeleteAccessKeyResponse delete(RequestContext context, DeleteAccessKeyRequest request) {
        var id = keyId(request.accessKeyId());
        keys.delete(owner(context, request.userName()), id);
        return DeleteAccessKeyResponse.builder().build();
    }

    private GetAccessKeyLastUsedResponse lastUsed(RequestContext context, GetAccessKeyLastUsedRequest request) {
        var id = keyId(request.accessKeyId());
        var key = store.read(entities -> Optional.ofNullable(entities.find(AccessKeyRow.class, id))
                .filter(row -> row.account().equals(context.account()))
                .orElseThrow(() -> IamErrors.noSuchEntity("The Access Key with id " + id + " cannot be found.")));
        var use = uses.lastUse(key);
        return GetAccessKeyLastUsedResponse.builder()
                .userName(key.user().map(UserRow::name).orElse(KeyOwner.ROOT))
                .accessKeyLastUsed(AccessKeyLastUsed.builder()
                        .lastUsedDate(use.map(KeyUse::at).orElse(null))
                        .serviceName(use.map(KeyUse::service).orElse(NEVER))
                        .region(use.map(KeyUse::region).orElse(NEVER))
                        .build())
                .build();
    }

    private KeyOwner owner(RequestContext context, @Nullable String name) {
        return store.read(entities -> KeyOwner.named(entities, context.caller(), name));
    }

    private static String keyId(@Nullable String id) {
        return Require.pattern("accessKeyId", Require.length("accessKeyId", id, 16, 128), KEY_ID, "[\\w]+");
    }

    /** The status that a request sets: whether it is Active. */
    static boolean active(@Nullable String status) {
        var text = Require.present("status", status);
        var known = StatusType.fromValue(text);
        if (known != StatusType.ACTIVE && known != StatusType.INACTIVE) {
            throw IamErrors.invalid("status", text, "Member must satisfy enum value set: [Active, Inactive]");
        }
        return known == StatusType.ACTIVE;
    }

    private static StatusType status(AccessKeyRow key) {
        return key.active() ? StatusType.ACTIVE : StatusType.INACTIVE;
    }
}
