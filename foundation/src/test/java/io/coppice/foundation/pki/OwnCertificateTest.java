package io.coppice.foundation.pki;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.foundation.role.RoleStartException;
import io.coppice.foundation.rpc.Address;
import io.coppice.foundation.rpc.RpcChannels;
import io.coppice.foundation.rpc.RpcServer;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.protobuf.services.HealthStatusManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, certificates would end while their processes run, and the roles would stop speaking to each other. */
class OwnCertificateTest {
    private static final PeerIdentity WALRUS = new PeerIdentity(PeerKind.WALRUS, "us-east-1");

    @TempDir
    private Path data;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
    private final Clock clock = clockOf(now::get);

    @BeforeEach
    void makeAuthority() throws IOException {
        CertificateAuthority.openOrCreate(RolePki.authorityFolder(data), clock);
    }

    @Test
    void whatIsAboutToEndIsRenewedWhileTheProcessRuns() {
        var own = RolePki.keep(data, WALRUS, Set.of("s3.example", "192.0.2.10"), clock);
        var first = own.current();
        assertEquals(Set.of("s3.example", "192.0.2.10"), first.hosts());

        now.set(first.endsAt().minus(Duration.ofDays(61)));
        assertEquals(first.chain(), own.current().chain());

        now.set(first.endsAt().minus(Duration.ofDays(59)));
        var second = own.current();
        assertNotEquals(first.chain(), second.chain());
        assertEquals(first.hosts(), second.hosts());
        assertTrue(second.endsAt().isAfter(first.endsAt()));
    }

    @Test
    void aDoorThatIsOpenShowsTheRenewedCertificate() throws Exception {
        var own = OwnCertificate.of(issue());
        try (var server = RpcServer.listeningOn(new Address("127.0.0.1", 0), own)
                .offer(new HealthStatusManager().getHealthService(), PeerKind.CLOUD_CONTROLLER)
                .start()) {
            var before = shown(server.port());
            own.replace(issue());
            assertEquals(own.current().chain().getFirst(), shown(server.port()));
            assertNotEquals(before, shown(server.port()));
            var channel = RpcChannels.open(
                    new Address("127.0.0.1", server.port()),
                    authority().issue(new PeerIdentity(PeerKind.CLOUD_CONTROLLER, "test"), List.of()),
                    PeerKind.WALRUS);
            try {
                assertEquals(
                        ServingStatus.SERVING,
                        HealthGrpc.newBlockingStub(channel)
                                .check(HealthCheckRequest.getDefaultInstance())
                                .getStatus());
            } finally {
                channel.shutdownNow();
            }
        }
    }

    @Test
    void aSourceThatFailsLeavesTheOldOne() throws IOException {
        var first = issue();
        var gone = new AtomicBoolean();
        var own = OwnCertificate.from(
                () -> {
                    if (gone.get()) {
                        throw new RoleStartException("the folder is gone", "bring it back");
                    }
                    return first;
                },
                clock);
        gone.set(true);
        now.set(now.get().plus(Duration.ofHours(2)));
        assertEquals(first, own.current());
    }

    @Test
    void anotherPartyCannotTakeThePlace() throws IOException {
        var own = OwnCertificate.of(issue());
        var stranger = authority().issue(new PeerIdentity(PeerKind.NODE, "n-1"), List.of());
        assertThrows(IllegalArgumentException.class, () -> own.replace(stranger));
    }

    @Test
    void aKeyOfAnotherCertificateIsNoticedAndMendedWhereTheAuthorityIs() throws IOException {
        var first = RolePki.open(data, WALRUS, clock);
        var folder = RolePki.folder(data, WALRUS);
        Pem.writePrivateKey(folder.resolve("key.pem"), issue().key());
        assertTrue(first.fits());
        assertTrue(!TlsMaterial.load(folder).fits());
        assertTrue(RolePki.open(data, WALRUS, clock).fits());
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("key.pem"))));
    }

    @Test
    void aCertificateIsRenewedForItsOwnKeyAndWhileItIsGoodOnly() throws IOException {
        var authority = authority();
        var pair = CertificateAuthority.newKeyPair();
        var identity = new PeerIdentity(PeerKind.NODE, "n-0123456789abcdef0");
        var request = CertificateRequests.create(pair);
        var present = authority.sign(request, identity, Duration.ofMinutes(5)).getFirst();

        var renewed = authority.renew(present, request, Duration.ofDays(5)).getFirst();
        assertEquals(identity, PeerIdentity.of(renewed).orElseThrow());
        assertEquals(pair.getPublic(), renewed.getPublicKey());
        assertTrue(renewed.getNotAfter().after(present.getNotAfter()));

        var thief = CertificateRequests.create(CertificateAuthority.newKeyPair());
        assertThrows(IOException.class, () -> authority.renew(present, thief, Duration.ofDays(5)));
        var other = CertificateAuthority.openOrCreate(data.resolve("other"), clock);
        assertThrows(IOException.class, () -> other.renew(present, request, Duration.ofDays(5)));
        now.set(now.get().plus(Duration.ofMinutes(6)));
        assertThrows(IOException.class, () -> authority.renew(present, request, Duration.ofDays(5)));
    }

    private X509Certificate shown(int port) throws Exception {
        var context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {PeerTrust.of(authority().certificate(), any -> true)}, null);
        try (var socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.startHandshake();
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    private TlsMaterial issue() throws IOException {
        return authority().issue(WALRUS, List.of());
    }

    private CertificateAuthority authority() throws IOException {
        return CertificateAuthority.openOrCreate(RolePki.authorityFolder(data), clock);
    }

    private static Clock clockOf(InstantSource source) {
        return source.withZone(ZoneOffset.UTC);
    }
}
