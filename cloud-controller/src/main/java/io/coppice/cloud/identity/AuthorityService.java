package io.coppice.cloud.identity;

import io.coppice.foundation.id.NodeId;
import io.coppice.foundation.pki.CertificateAuthority;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.Pem;
import io.coppice.proto.identity.v1.AuthorityGrpc;
import io.coppice.proto.identity.v1.IssueNodeCertificateRequest;
import io.coppice.proto.identity.v1.IssueNodeCertificateResponse;
import io.coppice.proto.identity.v1.RenewNodeCertificateRequest;
import io.coppice.proto.identity.v1.RenewNodeCertificateResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.jboss.logging.Logger;

/** The Authority service (identity.proto): certificates for hosts that show a join token, and new ones for
 * hosts that show theirs. Thread-safe. */
public final class AuthorityService extends AuthorityGrpc.AuthorityImplBase {
    private static final Logger LOG = Logger.getLogger(AuthorityService.class);

    private final CertificateAuthority authority;
    private final JoinTokens tokens;
    private final Duration life;

    /** @param life how long a host's certificate is good; the host renews it when a third of that is left */
    public AuthorityService(CertificateAuthority authority, JoinTokens tokens, Duration life) {
        this.authority = authority;
        this.tokens = tokens;
        this.life = life;
    }

    @Override
    public void issueNodeCertificate(
            IssueNodeCertificateRequest request, StreamObserver<IssueNodeCertificateResponse> answers) {
        var node = NodeId.random();
        List<X509Certificate> chain;
        try {
            // Signed before the token is spent: a request that cannot be signed costs no use.
            chain = authority.sign(
                    request.getCertificateSigningRequest().toByteArray(),
                    new PeerIdentity(PeerKind.NODE, node.value()),
                    life);
        } catch (IOException e) {
            answers.onError(Status.INVALID_ARGUMENT
                    .withDescription("the certificate request is not usable: " + e.getMessage())
                    .asRuntimeException());
            return;
        }
        if (!tokens.redeem(request.getToken(), request.getZone())) {
            answers.onError(Status.UNAUTHENTICATED
                    .withDescription(
                            "the join token is unknown, used up, expired or for another zone; make a new one with"
                                    + " coppice node-token")
                    .asRuntimeException());
            return;
        }
        LOG.infof("host %s joined zone %s", node, request.getZone());
        answers.onNext(IssueNodeCertificateResponse.newBuilder()
                .setNodeId(node.value())
                .setCertificateChainPem(Pem.encode(chain))
                .setAuthorityPem(Pem.encode(List.of(authority.certificate())))
                .build());
        answers.onCompleted();
    }

    @Override
    public void renewNodeCertificate(
            RenewNodeCertificateRequest request, StreamObserver<RenewNodeCertificateResponse> answers) {
        try {
            var present = Pem.decodeCertificates(request.getCertificatePem()).getFirst();
            var node = PeerIdentity.of(present).filter(identity -> identity.kind() == PeerKind.NODE);
            if (node.isEmpty()) {
                answers.onError(Status.UNAUTHENTICATED
                        .withDescription("the present certificate is not a host's")
                        .asRuntimeException());
                return;
            }
            var chain = authority.renew(
                    present, request.getCertificateSigningRequest().toByteArray(), life);
            LOG.infof(
                    "the certificate of host %s was renewed until %s",
                    node.get().name(), chain.getFirst().getNotAfter().toInstant());
            answers.onNext(RenewNodeCertificateResponse.newBuilder()
                    .setCertificateChainPem(Pem.encode(chain))
                    .build());
            answers.onCompleted();
        } catch (IOException e) {
            answers.onError(Status.INVALID_ARGUMENT
                    .withDescription("the certificate cannot be renewed: " + e.getMessage())
                    .asRuntimeException());
        }
    }
}
