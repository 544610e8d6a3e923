package io.coppice.cloud.identity.credential;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.identity.UserRow;
import io.coppice.cloud.identity.entity.IamErrors;
import io.coppice.cloud.identity.entity.IamPages;
import io.coppice.cloud.identity.entity.IamStore;
import io.coppice.cloud.identity.entity.Identifiers;
import io.coppice.cloud.identity.entity.Require;
import io.coppice.cloud.identity.user.Users;
import io.coppice.wire.error.AwsException;
import jakarta.inject.Singleton;
import jakarta.persistence.EntityManager;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.DeleteSshPublicKeyRequest;
import software.amazon.awssdk.services.iam.model.DeleteSshPublicKeyResponse;
import software.amazon.awssdk.services.iam.model.EncodingType;
import software.amazon.awssdk.services.iam.model.GetSshPublicKeyRequest;
import software.amazon.awssdk.services.iam.model.GetSshPublicKeyResponse;
import software.amazon.awssdk.services.iam.model.ListSshPublicKeysRequest;
import software.amazon.awssdk.services.iam.model.ListSshPublicKeysResponse;
import software.amazon.awssdk.services.iam.model.SSHPublicKey;
import software.amazon.awssdk.services.iam.model.SSHPublicKeyMetadata;
import software.amazon.awssdk.services.iam.model.StatusType;
import software.amazon.awssdk.services.iam.model.UpdateSshPublicKeyRequest;
import software.amazon.awssdk.services.iam.model.UpdateSshPublicKeyResponse;
import software.amazon.awssdk.services.iam.model.UploadSshPublicKeyRequest;
import software.amazon.awssdk.services.iam.model.UploadSshPublicKeyResponse;

/** IAM's actions on users' SSH public keys. Thread-safe. */
@Singleton
public final class SshPublicKeyActions implements ActionModule {
    private static final int MOST_PER_USER = 5;
    private static final int LONGEST_BODY = 16_384;

    private final IamStore store;

    /** For the container and for tests. */
    public SshPublicKeyActions(IamStore store) {
        this.store = store;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.IAM, "UploadSSHPublicKey", UploadSshPublicKeyRequest::builder, this::upload);
        registry.add(Service.IAM, "GetSSHPublicKey", GetSshPublicKeyRequest::builder, this::get);
        registry.add(Service.IAM, "ListSSHPublicKeys", ListSshPublicKeysRequest::builder, this::list);
        registry.add(Service.IAM, "UpdateSSHPublicKey", UpdateSshPublicKeyRequest::builder, this::update);
        registry.add(Service.IAM, "DeleteSSHPublicKey", DeleteSshPublicKeyRequest::builder, this::delete);
    }

    private UploadSshPublicKeyResponse upload(RequestContext context, UploadSshPublicKeyRequest request) {
        var body = Require.length("sSHPublicKeyBody", request.sshPublicKeyBody(), 1, LONGEST_BODY);
        var material = SshKeyText.read(body);
        return store.change(context.account(), entities -> {
            var user = Users.ROWS.get(entities, context.account(), request.userName());
            var present = PublicKeys.of(entities, user, PublicKeyRow.Kind.SSH);
            if (present.stream().anyMatch(row -> row.fingerprint().equals(material.fingerprint()))) {
                throw AwsException.client(
                        "DuplicateSSHPublicKey", "The user " + user.name() + " has this SSH public key already.");
            }
            if (present.size() >= MOST_PER_USER) {
                throw IamErrors.limitExceeded("SSHPublicKeysPerUser", MOST_PER_USER);
            }
            var row = new PublicKeyRow(Identifiers.unique("APKA"), user, PublicKeyRow.Kind.SSH, material, store.now());
            entities.persist(row);
            return UploadSshPublicKeyResponse.builder()
                    .sshPublicKey(answer(user, row, row.body()))
                    .build();
        });
    }

    private GetSshPublicKeyResponse get(RequestContext context, GetSshPublicKeyRequest request) {
        var encoding = request.encoding();
        Require.present("encoding", request.encodingAsString());
        Require.known(
                "encoding", request.encodingAsString(), encoding, EncodingType.UNKNOWN_TO_SDK_VERSION, "SSH, PEM");
        return store.read(entities -> {
            var user = Users.ROWS.get(entities, context.account(), request.userName());
            var row = find(entities, user, request.sshPublicKeyId());
            var body = encoding == EncodingType.PEM ? SshKeyText.pem(row.body()) : row.body();
            return GetSshPublicKeyResponse.builder()
                    .sshPublicKey(answer(user, row, body))
                    .build();
        });
    }

    private ListSshPublicKeysResponse list(RequestContext context, ListSshPublicKeysRequest request) {
        return store.read(entities -> {
            var user = Users.orCaller(entities, context.caller(), request.userName());
            var page = store.cut(
                    context,
                    new IamPages.Ask(request.maxItems(), request.marker()),
                    PublicKeys.of(entities, user, PublicKeyRow.Kind.SSH),
                    PublicKeyRow::id);
            return ListSshPublicKeysResponse.builder()
                    .sshPublicKeys(page.map(row -> SSHPublicKeyMetadata.builder()
                            .userName(user.name())
                            .sshPublicKeyId(row.id())
                            .status(status(row))
                            .uploadDate(row.createdAt())
                            .build()))
                    .isTruncated(page.nextToken() != null)
                    .marker(page.nextToken())
                    .build();
        });
    }

    private UpdateSshPublicKeyResponse update(RequestContext context, UpdateSshPublicKeyRequest request) {
        var on = AccessKeyActions.active(request.statusAsString());
        store.change(context.account(), entities -> {
            var user = Users.ROWS.get(entities, context.account(), request.userName());
            var row = find(entities, user, request.sshPublicKeyId());
            row.activate(on);
            return row;
        });
        return UpdateSshPublicKeyResponse.builder().build();
    }

    private DeleteSshPublicKeyResponse delete(RequestContext context, DeleteSshPublicKeyRequest request) {
        store.change(context.account(), entities -> {
            var user = Users.ROWS.get(entities, context.account(), request.userName());
            entities.remove(find(entities, user, request.sshPublicKeyId()));
            return true;
        });
        return DeleteSshPublicKeyResponse.builder().build();
    }

    private static PublicKeyRow find(EntityManager entities, UserRow user, @Nullable String id) {
        var present = Require.length("sSHPublicKeyId", id, 20, 128);
        return PublicKeys.find(entities, user, PublicKeyRow.Kind.SSH, present)
                .orElseThrow(() -> IamErrors.noSuchEntity("The Public Key with id " + present + " cannot be found."));
    }

    private static StatusType status(PublicKeyRow row) {
        return row.active() ? StatusType.ACTIVE : StatusType.INACTIVE;
    }

    private static SSHPublicKey answer(UserRow user, PublicKeyRow row, String body) {
        return SSHPublicKey.builder()
                .userName(user.name())
                .sshPublicKeyId(row.id())
                .fingerprint(row.fingerprint())
                .sshPublicKeyBody(body)
                .status(status(row))
                .uploadDate(row.createdAt())
                .build();
    }
}
