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
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.iam.model.DeleteSigningCertificateRequest;
import software.amazon.awssdk.services.iam.model.DeleteSigningCertificateResponse;
import software.amazon.awssdk.services.iam.model.ListSigningCertificatesRequest;
import software.amazon.awssdk.services.iam.model.ListSigningCertificatesResponse;
import software.amazon.awssdk.services.iam.model.SigningCertificate;
import software.amazon.awssdk.services.iam.model.StatusType;
import software.amazon.awssdk.services.iam.model.UpdateSigningCertificateRequest;
import software.amazon.awssdk.services.iam.model.UpdateSigningCertificateResponse;
import software.amazon.awssdk.services.iam.model.UploadSigningCertificateRequest;
import software.amazon.awssdk.services.iam.model.UploadSigningCertificateResponse;

/** IAM's actions on users' X.509 certificates. Thread-safe. */
@Singleton
public final class SigningCertificateActions implements ActionModule {
    private static final int MOST_PER_USER = 2;
    private static final int CONFLICT = 409;

    private final IamStore store;

    /** For the container and for tests. */
    public SigningCertificateActions(IamStore store) {
        this.store = store;
    }

    @Override
    public void register(ActionRegistry registry) {
        registry.add(Service.IAM, "UploadSigningCertificate", UploadSigningCertificateRequest::builder, this::upload);
        registry.add(Service.IAM, "ListSigningCertificates", ListSigningCertificatesRequest::builder, this::list);
        registry.add(Service.IAM, "UpdateSigningCertificate", UpdateSigningCertificateRequest::builder, this::update);
        registry.add(Service.IAM, "DeleteSigningCertificate", DeleteSigningCertificateRequest::builder, this::delete);
    }

    private UploadSigningCertificateResponse upload(RequestContext context, UploadSigningCertificateRequest request) {
        var certificate = CertificateChecks.certificate("certificateBody", request.certificateBody());
        var material = new PublicKeyRow.Material(request.certificateBody(), fingerprint(certificate));
        return store.change(context.account(), entities -> {
            var user = Users.orCaller(entities, context.caller(), request.userName());
            var present = PublicKeys.of(entities, user, PublicKeyRow.Kind.SIGNING);
            if (present.stream().anyMatch(row -> row.fingerprint().equals(material.fingerprint()))) {
                throw AwsException.of(
                        "DuplicateCertificate", CONFLICT, "The user " + user.name() + " has this certificate already.");
            }
            if (present.size() >= MOST_PER_USER) {
                throw IamErrors.limitExceeded("SigningCertificatesPerUser", MOST_PER_USER);
            }
            var row = new PublicKeyRow(
                    Identifiers.unique("ASIG"), user, PublicKeyRow.Kind.SIGNING, material, store.now());
            entities.persist(row);
            return UploadSigningCertificateResponse.builder()
                    .certificate(answer(user, row))
                    .build();
        });
    }

    private ListSigningCertificatesResponse list(RequestContext context, ListSigningCertificatesRequest request) {
        return store.read(entities -> {
            var user = Users.orCaller(entities, context.caller(), request.userName());
            var page = store.cut(
                    context,
                    new IamPages.Ask(request.maxItems(), request.marker()),
                    PublicKeys.of(entities, user, PublicKeyRow.Kind.SIGNING),
                    PublicKeyRow::id);
            return ListSigningCertificatesResponse.builder()
                    .certificates(page.map(row -> answer(user, row)))
                    .isTruncated(page.nextToken() != null)
                    .marker(page.nextToken())
                    .build();
        });
    }

    private UpdateSigningCertificateResponse update(RequestContext context, UpdateSigningCertificateRequest request) {
        var on = AccessKeyActions.active(request.statusAsString());
        store.change(context.account(), entities -> {
            var row = find(entities, context, request.userName(), request.certificateId());
            row.activate(on);
            return row;
        });
        return UpdateSigningCertificateResponse.builder().build();
    }

    private DeleteSigningCertificateResponse delete(RequestContext context, DeleteSigningCertificateRequest request) {
        store.change(context.account(), entities -> {
            entities.remove(find(entities, context, request.userName(), request.certificateId()));
            return true;
        });
        return DeleteSigningCertificateResponse.builder().build();
    }

    private static PublicKeyRow find(
            EntityManager entities, RequestContext context, @Nullable String userName, @Nullable String id) {
        var present = Require.length("certificateId", id, 1, 128);
        var user = Users.orCaller(entities, context.caller(), userName);
        return PublicKeys.find(entities, user, PublicKeyRow.Kind.SIGNING, present)
                .orElseThrow(() -> IamErrors.noSuchEntity("The Certificate with id " + present + " cannot be found."));
    }

    private static String fingerprint(X509Certificate certificate) {
        try {
            return PublicKeys.digest("SHA-256", certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw CertificateChecks.malformed("Unable to parse certificate.");
        }
    }

    private static SigningCertificate answer(UserRow user, PublicKeyRow row) {
        return SigningCertificate.builder()
                .userName(user.name())
                .certificateId(row.id())
                .certificateBody(row.body())
                .status(row.active() ? StatusType.ACTIVE : StatusType.INACTIVE)
                .uploadDate(row.createdAt())
                .build();
    }
}
