package io.coppice.node.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cluster.ClusterConfig;
import io.coppice.cluster.ClusterController;
import io.coppice.foundation.id.NodeId;
import io.coppice.foundation.pki.CertificateAuthority;
import io.coppice.foundation.pki.OwnCertificate;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.PeerTrust;
import io.coppice.foundation.pki.Pem;
import io.coppice.foundation.pki.TlsMaterial;
import io.coppice.foundation.role.RoleStartException;
import io.coppice.foundation.rpc.Address;
import io.coppice.foundation.rpc.RpcChannels;
import io.coppice.foundation.rpc.RpcServer;
import io.coppice.proto.identity.v1.AuthorityGrpc;
import io.coppice.proto.identity.v1.IssueNodeCertificateRequest;
import io.coppice.proto.identity.v1.IssueNodeCertificateResponse;
import io.coppice.proto.identity.v1.RenewNodeCertificateRequest;
import io.coppice.proto.identity.v1.RenewNodeCertificateResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, a second machine could not join a cloud, or a stranger could. */
class NodeJoinTest {
    private static final String SECRET = "the-secret";

    @TempDir
    Path folder;

    private volatile Duration life = Duration.ofDays(825);
    private CertificateAuthority authority;
    private RpcServer cloud;
    private ClusterController cluster;

    @BeforeEach
    void startCloud() throws IOException {
        authority = CertificateAuthority.openOrCreate(folder.resolve("ca"), Clock.systemUTC());
        cloud = RpcServer.listeningOn(new Address("127.0.0.1", 0), material(PeerKind.CLOUD_CONTROLLER))
                .offer(new AuthorityFake(), PeerKind.CLUSTER_CONTROLLER)
                .start();
        var config = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(ClusterConfig.class)
                .build()
                .getConfigMapping(ClusterConfig.class);
        cluster = ClusterController.start(
                new ClusterController.Site(
                        "us-east-1a",
                        new Address("127.0.0.1", 0),
                        new Address("127.0.0.1", cloud.port()),
                        folder.resolve("cluster")),
                config,
                material(PeerKind.CLUSTER_CONTROLLER),
                Clock.systemUTC());
    }

    @AfterEach
    void stopCloud() {
        cluster.close();
        cloud.close();
    }

    @Test
    void aHostWithATokenGetsAnIdentityAndKeepsIt() throws IOException {
        var node = folder.resolve("node");
        var joined = NodeJoin.ensure(token(SECRET), node, "second-machine");
        assertEquals(PeerKind.NODE, joined.identity().kind());
        assertEquals(new NodeId(joined.identity().name()), NodeFiles.nodeId(node));
        var again = NodeJoin.ensure(token("a token that is used up"), node, "second-machine");
        assertEquals(joined.identity(), again.identity());
        assertEquals(joined.key(), again.key());
    }

    @Test
    void aWrongTokenIsRefusedAndLeavesNothing() {
        var node = folder.resolve("node");
        var refusal = assertThrows(RoleStartException.class, () -> NodeJoin.ensure(token("guessed"), node, "stranger"));
        assertEquals("make a new one with \"coppice node-token\" on the Cloud Controller's machine", refusal.fix());
        assertFalse(Files.exists(node.resolve("pki")));
    }

    @Test
    void aControllerOfAnotherAuthorityIsNotTrustedWithTheSecret() {
        var other = new JoinToken(new Address("127.0.0.1", cluster.port()), "ab".repeat(32), SECRET);
        assertThrows(RoleStartException.class, () -> NodeJoin.ensure(other, folder.resolve("node"), "host"));
        assertFalse(Files.exists(folder.resolve("node").resolve("pki")));
    }

    @Test
    void aTokenIsReadAsItWasPrintedAndNeverRepeatedInErrors() {
        var json = "{\"cluster\":\"10.0.0.1:8775\",\"authority\":\"" + "cd".repeat(32) + "\",\"secret\":\"s3\"}";
        var text = "coppice1."
                + Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
        assertEquals(new JoinToken(new Address("10.0.0.1", 8775), "cd".repeat(32), "s3"), JoinToken.parse(text + "\n"));
        for (var bad : List.of("", "coppice1.", text.substring(0, text.length() - 9), "coppice2.abc", "coppice1.%%")) {
            var error = assertThrows(IllegalArgumentException.class, () -> JoinToken.parse(bad), bad);
            assertFalse(String.valueOf(error.getMessage()).contains("s3"));
        }
        assertFalse(JoinToken.parse(text).toString().contains("s3"));
    }

    @Test
    void aCertificateThatIsAboutToEndIsRenewedOverTheSession() throws IOException {
        life = Duration.ofSeconds(90);
        var node = folder.resolve("node");
        var joined = NodeJoin.ensure(token(SECRET), node, "second-machine");
        var own = OwnCertificate.of(joined);
        var channel = RpcChannels.open(new Address("127.0.0.1", cluster.port()), own, PeerKind.CLUSTER_CONTROLLER);
        try {
            var early = new CertificateRenewal(own, NodeJoin.pki(node), channel, Clock.systemUTC());
            assertTrue(early.run().compareTo(Duration.ofSeconds(60)) <= 0, "it comes again when a third is left");
            assertEquals(joined.chain(), own.current().chain(), "renewed too early");

            life = Duration.ofDays(30);
            var late = Clock.offset(Clock.systemUTC(), Duration.ofSeconds(65));
            new CertificateRenewal(own, NodeJoin.pki(node), channel, late).run();
            assertEquals(joined.identity(), own.current().identity());
            assertEquals(joined.key(), own.current().key());
            assertTrue(own.current().endsAt().isAfter(joined.endsAt().plus(Duration.ofDays(20))));
            assertEquals(
                    own.current().chain(), TlsMaterial.load(NodeJoin.pki(node)).chain(), "kept for the next start");
        } finally {
            channel.shutdownNow();
        }
    }

    @Test
    void aRenewalThatFailsLeavesTheCertificateAndIsTriedAgain() throws IOException {
        life = Duration.ofSeconds(90);
        var node = folder.resolve("node");
        var joined = NodeJoin.ensure(token(SECRET), node, "second-machine");
        var own = OwnCertificate.of(joined);
        cloud.close();
        var channel = RpcChannels.open(new Address("127.0.0.1", cluster.port()), own, PeerKind.CLUSTER_CONTROLLER);
        try {
            var late = Clock.offset(Clock.systemUTC(), Duration.ofSeconds(65));
            var again = new CertificateRenewal(own, NodeJoin.pki(node), channel, late).run();
            assertTrue(again.compareTo(Duration.ofSeconds(5)) <= 0, "too late for another attempt: " + again);
            assertEquals(joined.chain(), own.current().chain());
            assertEquals(joined.chain(), TlsMaterial.load(NodeJoin.pki(node)).chain());
        } finally {
            channel.shutdownNow();
        }
    }

    private JoinToken token(String secret) {
        return new JoinToken(
                new Address("127.0.0.1", cluster.port()), PeerTrust.fingerprint(authority.certificate()), secret);
    }

    private TlsMaterial material(PeerKind kind) throws IOException {
        return authority.issue(new PeerIdentity(kind, "test"), List.of());
    }

    /** Admits one secret, and renews, as the Cloud Controller does. */
    private final class AuthorityFake extends AuthorityGrpc.AuthorityImplBase {
        @Override
        public void issueNodeCertificate(
                IssueNodeCertificateRequest request, StreamObserver<IssueNodeCertificateResponse> answer) {
            if (!request.getToken().equals(SECRET) || !request.getZone().equals("us-east-1a")) {
                answer.onError(Status.UNAUTHENTICATED.asRuntimeException());
                return;
            }
            try {
                var id = NodeId.random();
                var chain = authority.sign(
                        request.getCertificateSigningRequest().toByteArray(),
                        new PeerIdentity(PeerKind.NODE, id.value()),
                        life);
                answer.onNext(IssueNodeCertificateResponse.newBuilder()
                        .setNodeId(id.value())
                        .setCertificateChainPem(Pem.encode(chain))
                        .setAuthorityPem(Pem.encode(List.of(authority.certificate())))
                        .build());
                answer.onCompleted();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void renewNodeCertificate(
                RenewNodeCertificateRequest request, StreamObserver<RenewNodeCertificateResponse> answer) {
            try {
                var present =
                        Pem.decodeCertificates(request.getCertificatePem()).getFirst();
                var chain = authority.renew(
                        present, request.getCertificateSigningRequest().toByteArray(), life);
                answer.onNext(RenewNodeCertificateResponse.newBuilder()
                        .setCertificateChainPem(Pem.encode(chain))
                        .build());
                answer.onCompleted();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
