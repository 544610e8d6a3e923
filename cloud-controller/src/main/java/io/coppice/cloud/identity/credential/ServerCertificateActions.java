package io.coppice.cloud.identity.credential;

import io.coppice.cloud.action.ActionModule;
import io.coppice.cloud.action.ActionRegistry;
import io.coppice.cloud.action.ActionRegistry.Service;
import io.coppice.cloud.action.RequestContext;
import io.coppice.cloud.identity.SecretBox;
import io.coppice.cloud.identity.entity.EntityKind;
import io.coppice.cloud.identity.entity.EntityName;
import io.coppice.cloud.identity.entity.EntityRows;
import io.coppice.cloud.identity.entity.EntityTags;
import io.coppice.cloud.identity.entity.IamPages;
import io.coppice.cloud.identity.entity.IamStore;
import io.coppice.cloud.identity.entity.Require;
import jakarta.inject.Singleton;
import software.amazon.awssdk.services.iam.model.DeleteServerCertificateRequest;
import software.amazon.awssdk.services.iam.model.DeleteServerCertificateResponse;
import software.amazon.awssdk.services.iam.model.GetServerCertificateRequest;
import software.amazon.awssdk.services.iam.model.GetServerCertificateResponse;
import software.amazon.awssdk.services.iam.model.ListServerCertificatesRequest;
import software.amazon.awssdk.services.iam.model.ListServerCertificatesResponse;
import software.amazon.awssdk.services.iam.model.ServerCertificate;
import software.amazon.awssdk.services.iam.model.ServerCertificateMetadata;
import software.amazon.awssdk.services.iam.model.UpdateServerCertificateRequest;
import software.amazon.awssdk.services.iam.model.UpdateServerCertificateResponse;
import software.amazon.awssdk.services.iam.model.UploadServerCertificateRequest;
import software.amazon.awssdk.services.iam.model.UploadServerCertificateResponse;

/** IAM's actions on the certificates of servers. Thread-safe. */
@Singleton
public final class ServerCertificateActions implements ActionModule {
    /** Server certificates by name. */
    public static final EntityRows<ServerCertificateRow> ROWS =
            new EntityRows<>(ServerCertificateRow.class, EntityKind.SERVER_CERTIFICATE);

    private final IamStore store;
    private final SecretBox secrets;

    /** For the container and for tests. */
    public ServerCertificateActions(IamStore store, SecretBox secrets) {
        this.store = store;
        this.secrets = secrets;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.IAM, "UploadServerCertificate", UploadServerCertificateRequest::builder, this::upload);
        registry.add(Service.IAM, "GetServerCertificate", GetServerCertificateRequest::builder, this::get);
        registry.add(Service.IAM, "ListServerCertificates", ListServerCertificatesRequest::builder, this::list);
        registry.add(Service.IAM, "UpdateServerCertificate", UpdateServerCertificateRequest::builder, this::update);
        registry.add(Service.IAM, "DeleteServerCertificate", DeleteServerCertificateRequest::builder, this::delete);
    }

    private UploadServerCertificateResponse upload(RequestContext context, UploadServerCertificateRequest request) {
        var name = new EntityName(
                context.account(),
                Require.path(request.path()),
                Require.name(EntityKind.SERVER_CERTIFICATE, request.serverCertificateName()));
        var certificate = CertificateChecks.certificate("certificateBody", request.certificateBody());
        CertificateChecks.key(certificate, request.privateKey());
        if (request.certificateChain() != null) {
            CertificateChecks.chain(certificate, request.certificateChain());
        }
        var text = new ServerCertificateRow.CertificateText(request.certificateBody(), request.certificateChain());
        return store.change(context.account(), entities -> {
            var row = new ServerCertificateRow(
                    name, text, certificate.getNotAfter().toInstant(), store.now());
            row.keep(secrets.seal(row.id(), request.privateKey()));
            ROWS.add(entities, row);
            EntityTags.put(entities, row.id(), request.tags());
            var tags = EntityTags.of(entities, row.id());
            return UploadServerCertificateResponse.builder()
                    .serverCertificateMetadata(metadata(row))
                    .tags(tags.isEmpty() ? null : tags)
                    .build();
        });
    }

    private GetServerCertificateResponse get(RequestContext context, GetServerCertificateRequest request) {
        return store.read(entities -> {
            var row = ROWS.get(entities, context.account(), request.serverCertificateName());
            var tags = EntityTags.of(entities, row.id());
            return GetServerCertificateResponse.builder()
                    .serverCertificate(ServerCertificate.builder()
                            .serverCertificateMetadata(metadata(row))
                            .certificateBody(row.certificate())
                            .certificateChain(row.chain().orElse(null))
                            .tags(tags.isEmpty() ? null : tags)
                            .build())
                    .build();
        });
    }

    private ListServerCertificatesResponse list(RequestContext context, ListServerCertificatesRequest request) {
        var prefix = Require.pathPrefix(request.pathPrefix());
        var page = store.page(
                context,
                new IamPages.Ask(request.maxItems(), request.marker()),
                entities -> ROWS.under(entities, context.account(), prefix),
                ROWS::sortKey);
        return ListServerCertificatesResponse.builder()
                .serverCertificateMetadataList(page.map(ServerCertificateActions::metadata))
                .isTruncated(page.nextToken() != null)
                .marker(page.nextToken())
                .build();
    }

    private UpdateServerCertificateResponse update(RequestContext context, UpdateServerCertificateRequest request) {
        store.change(context.account(), entities -> {
            var row = ROWS.get(entities, context.account(), request.serverCertificateName());
            ROWS.rename(entities, row, request.newPath(), request.newServerCertificateName());
            return row;
        });
        return UpdateServerCertificateResponse.builder().build();
    }

    private DeleteServerCertificateResponse delete(RequestContext context, DeleteServerCertificateRequest request) {
        store.change(context.account(), entities -> {
            var row = ROWS.get(entities, context.account(), request.serverCertificateName());
            EntityTags.removeAll(entities, row.id());
            entities.remove(row);
            return true;
        });
        return DeleteServerCertificateResponse.builder().build();
    }

    private static ServerCertificateMetadata metadata(ServerCertificateRow row) {
        return ServerCertificateMetadata.builder()
                .serverCertificateId(row.id())
                .serverCertificateName(row.name())
                .path(row.path())
                .arn(row.arn())
                .uploadDate(row.createdAt())
                .expiration(row.expiresAt())
                .build();
    }
}
