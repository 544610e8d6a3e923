package io.coppice.foundation.rpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.coppice.foundation.pki.CertificateAuthority;
import io.coppice.foundation.pki.CertificateRequests;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.PeerTrust;
import io.coppice.foundation.pki.TlsMaterial;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, a stranger or a role without the right could command another role, or a host could not join. */
class MutualTlsTest {
    private static final String CHECK = "grpc.health.v1.Health/Check";

    @TempDir
    Path folder;

    private CertificateAuthority authority;

    @BeforeEach
    void makeAuthority() throws IOException {
        authority = CertificateAuthority.openOrCreate(folder.resolve("ca"), Clock.systemUTC());
    }

    @Test
    void aCallerOfTheRightKindIsServed() throws IOException {
        try (var server = serve(Set.of())) {
            assertEquals(ServingStatus.SERVING, ask(open(server, material(PeerKind.CLOUD_CONTROLLER))));
        }
    }

    @Test
    void aCallerOfAnotherKindIsRefused() throws IOException {
        try (var server = serve(Set.of())) {
            var node = open(server, material(PeerKind.NODE));
            assertEquals(Status.Code.PERMISSION_DENIED, refusal(node));
        }
    }

    @Test
    void aCallerWithoutACertificateReachesOpenMethodsOnly() throws IOException {
        var fingerprint = PeerTrust.fingerprint(authority.certificate());
        try (var server = serve(Set.of())) {
            var joining = RpcChannels.openToJoin(new Address("127.0.0.1", server.port()), fingerprint);
            assertEquals(Status.Code.UNAUTHENTICATED, refusal(joining));
        }
        try (var server = serve(Set.of(CHECK))) {
            var joining = RpcChannels.openToJoin(new Address("127.0.0.1", server.port()), fingerprint);
            assertEquals(ServingStatus.SERVING, ask(joining));
        }
    }

    @Test
    void aServerOfAnotherAuthorityIsRefused() throws IOException {
        try (var server = serve(Set.of())) {
            authority = CertificateAuthority.openOrCreate(folder.resolve("other"), Clock.systemUTC());
            assertEquals(Status.Code.UNAVAILABLE, refusal(open(server, material(PeerKind.CLOUD_CONTROLLER))));
            var joining = RpcChannels.openToJoin(
                    new Address("127.0.0.1", server.port()), PeerTrust.fingerprint(authority.certificate()));
            assertEquals(Status.Code.UNAVAILABLE, refusal(joining));
        }
    }

    @Test
    void aSignedRequestGivesTheIdentityThatTheCloudChose() throws IOException {
        var pair = CertificateAuthority.newKeyPair();
        var identity = new PeerIdentity(PeerKind.NODE, "n-0123456789abcdef0");
        var chain = authority.sign(CertificateRequests.create(pair), identity);
        new TlsMaterial(identity, pair.getPrivate(), chain, authority.certificate()).save(folder.resolve("node"));
        assertEquals(identity, TlsMaterial.load(folder.resolve("node")).identity());
        assertEquals(
                authority.certificate(),
                CertificateAuthority.openOrCreate(folder.resolve("ca"), Clock.systemUTC())
                        .certificate());
    }

    private RpcServer serve(Set<String> openMethods) throws IOException {
        return RpcServer.listeningOn(new Address("127.0.0.1", 0), material(PeerKind.CLUSTER_CONTROLLER))
                .offerWithOpenMethods(
                        new HealthStatusManager().getHealthService(),
                        EnumSet.of(PeerKind.CLOUD_CONTROLLER),
                        openMethods)
                .start();
    }

    private TlsMaterial material(PeerKind kind) throws IOException {
        return authority.issue(new PeerIdentity(kind, "test"), List.of());
    }

    private static ManagedChannel open(RpcServer server, TlsMaterial own) {
        return RpcChannels.open(new Address("127.0.0.1", server.port()), own, PeerKind.CLUSTER_CONTROLLER);
    }

    private static Status.Code refusal(ManagedChannel channel) {
        return assertThrows(StatusRuntimeException.class, () -> ask(channel))
                .getStatus()
                .getCode();
    }

    private static ServingStatus ask(ManagedChannel channel) {
        try {
            return HealthGrpc.newBlockingStub(channel)
                    .check(HealthCheckRequest.getDefaultInstance())
                    .getStatus();
        } finally {
            channel.shutdownNow();
        }
    }
}
