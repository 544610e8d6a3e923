package io.coppice.cloud.identity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.coppice.cloud.identity.credential.KeyOwner;
import io.coppice.cloud.identity.user.Users;
import io.coppice.cloud.peer.FailureGate;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.pki.CertificateAuthority;
import io.coppice.foundation.pki.CertificateRequests;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.PeerTrust;
import io.coppice.foundation.pki.Pem;
import io.coppice.foundation.pki.RolePki;
import io.coppice.foundation.pki.TlsMaterial;
import io.coppice.foundation.role.RoleStartException;
import io.coppice.foundation.rpc.Address;
import io.coppice.foundation.rpc.RpcChannels;
import io.coppice.foundation.rpc.RpcServer;
import io.coppice.foundation.secret.OwnerOnlyFile;
import io.coppice.policy.PolicySet;
import io.coppice.proto.identity.v1.AuthorityGrpc;
import io.coppice.proto.identity.v1.IdentityGrpc;
import io.coppice.proto.identity.v1.InvalidationsRequest;
import io.coppice.proto.identity.v1.IssueNodeCertificateRequest;
import io.coppice.proto.identity.v1.RenewNodeCertificateRequest;
import io.coppice.proto.identity.v1.SigningKeyRequest;
import io.coppice.wire.error.AwsException;
import io.coppice.wire.sign.CredentialScope;
import io.coppice.wire.sign.SigV4;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import jakarta.persistence.EntityManager;
import jakarta.persistence.PersistenceException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;

/** If this failed, users could lose or leak their keys, or hosts could join without the right. */
class IdentityTest {
    private static final Clock CLOCK = Clock.systemUTC();
    private static final CredentialScope SCOPE = new CredentialScope("20260102", "us-east-1", "s3");

    private static final PolicySource POLICIES = caller ->
            new PolicySet(PolicySet.UNRESTRICTED.identity(), Optional.empty(), Optional.of(List.of()), List.of());

    @TempDir
    static Path data;

    private static TestIdentity identity;
    private static CertificateAuthority authority;

    @BeforeAll
    static void start() throws IOException {
        identity = TestIdentity.start(data, CLOCK);
        authority = CertificateAuthority.openOrCreate(RolePki.authorityFolder(data), CLOCK);
    }

    @AfterAll
    static void stop() {
        identity.close();
    }

    @Test
    void theFirstStartMakesOneKeyAndTheSecondNone() throws IOException {
        var credentials = identity.credentials();
        assertTrue(credentials.id().matches("AKIA[A-Z2-7]{16}"), credentials.id());
        assertEquals(40, credentials.secret().length());
        for (var file : Set.of("credentials", "master.key")) {
            assertEquals(
                    PosixFilePermissions.fromString("rw-------"), Files.getPosixFilePermissions(data.resolve(file)));
        }
        identity.bootstrap().run();
        assertEquals(credentials, identity.credentials());
        var access = identity.keys().find(credentials.id(), SCOPE).orElseThrow();
        assertArrayEquals(
                SigV4.signingKey(credentials.secret(), "20260102", "us-east-1", "s3")
                        .toBytes(),
                access.key().toBytes());
        var principal = access.principal();
        assertEquals("arn:aws:iam::" + principal.account() + ":user/admin", principal.arn());
        assertTrue(principal.canonicalId().matches("[0-9a-f]{64}"));
        assertFalse(principal.system());
    }

    @Test
    void theDatabaseHoldsNoSecretInTheClear() throws IOException {
        var secret = identity.credentials().secret();
        var stored = identity.database()
                .call(entities -> entities.createQuery("select k.sealedSecret from AccessKey k", byte[].class)
                        .getResultList());
        assertFalse(stored.isEmpty());
        stored.forEach(blob ->
                assertFalse(new String(blob, StandardCharsets.ISO_8859_1).contains(secret), "found the secret"));
    }

    @Test
    void aNewMasterKeySealsEverythingAnewAndTheOldOneCanGo(@TempDir Path folder) throws IOException {
        try (var other = TestIdentity.start(folder, CLOCK)) {
            var id = other.credentials().id();
            var before = other.sealedSecret(id);
            var file = folder.resolve("master.key");
            SecretBox.rotate(folder);
            assertEquals(2, Files.readAllLines(file).size());
            new Bootstrap(other.database(), SecretBox.open(folder), folder, CLOCK).run();
            assertNotEquals(
                    Base64.getEncoder().encodeToString(before),
                    Base64.getEncoder().encodeToString(other.sealedSecret(id)));
            var newKey = Files.readAllLines(file).getFirst();
            OwnerOnlyFile.write(file, newKey + "\n");
            var keys = new AccessKeys(
                    other.database(),
                    SecretBox.open(folder),
                    other.invalidations(),
                    new KeyUses(other.database(), CLOCK),
                    CLOCK);
            assertTrue(keys.find(id, SCOPE).isPresent(), "the new key alone opens it");
        }
    }

    @Test
    void anotherMasterKeyStopsTheStart(@TempDir Path other) {
        var bootstrap = new Bootstrap(identity.database(), SecretBox.open(other), other, CLOCK);
        var error = assertThrows(RoleStartException.class, bootstrap::run);
        assertTrue(String.valueOf(error.getMessage()).contains("is not the one of this database"));
    }

    @Test
    void aDeletedKeyIsForgottenAtOnce() throws IOException {
        var user = create("short-lived");
        var keys = identity.keys();
        var key = identity.userKeys().create(KeyOwner.of(user));
        assertTrue(keys.find(key.row().id(), SCOPE).isPresent());
        identity.userKeys().delete(KeyOwner.of(user), key.row().id());
        assertTrue(keys.find(key.row().id(), SCOPE).isEmpty());
    }

    @Test
    void aKeyThatIsTurnedOffOpensNothing() throws IOException {
        var user = create("paused");
        var keys = identity.keys();
        var id = identity.userKeys().create(KeyOwner.of(user)).row().id();
        assertTrue(keys.find(id, SCOPE).isPresent());
        identity.userKeys().activate(KeyOwner.of(user), id, false);
        assertTrue(keys.find(id, SCOPE).isEmpty());
        identity.userKeys().activate(KeyOwner.of(user), id, true);
        assertTrue(keys.find(id, SCOPE).isPresent());
    }

    @Test
    void limitsAndConflictsOfKeys() throws IOException {
        var user = create("Alice");
        assertEquals("EntityAlreadyExists", code(() -> create("alice")));
        identity.userKeys().create(KeyOwner.of(user));
        identity.userKeys().create(KeyOwner.of(user));
        assertEquals("LimitExceeded", code(() -> identity.userKeys().create(KeyOwner.of(user))));
        assertEquals("NoSuchEntity", code(() -> identity.userKeys().delete(KeyOwner.of(user), "AKIANOBODY")));
    }

    private static UserRow create(String name) throws IOException {
        var account = account();
        return identity.database().call(entities -> Users.create(entities, account, "/", name, CLOCK.instant()));
    }

    @Test
    void aTokenLetsOneHostJoinAndNotTwo() throws IOException {
        var tokens = tokens(CLOCK);
        var token = tokens.create("zone-a", Duration.ofHours(1), 1);
        assertTrue(token.matches("coppice1\\.[A-Za-z0-9_-]+"), token);
        var json = new String(Base64.getUrlDecoder().decode(token.substring(9)), StandardCharsets.UTF_8);
        assertTrue(
                json.startsWith("{\"cluster\":\"10.0.0.1:8775\",\"authority\":\""
                        + PeerTrust.fingerprint(authority.certificate()) + "\",\"secret\":\""),
                json);
        assertFalse(tokens.redeem(token, "zone-b"));
        assertFalse(tokens.redeem("coppice1.bm9uc2Vuc2U", "zone-a"));
        assertFalse(tokens(Clock.offset(CLOCK, Duration.ofHours(2))).redeem(token, "zone-a"));
        assertTrue(tokens.redeem(token, "zone-a"));
        assertFalse(tokens.redeem(token, "zone-a"));
    }

    @Test
    void theOperatorsTokenIsTheOneInTheFile() throws IOException {
        var tokens = OperatorTokens.open(data);
        var text = Files.readString(data.resolve("operator-token")).strip();
        assertTrue(tokens.accepts("Bearer " + text));
        assertTrue(OperatorTokens.open(data).accepts("Bearer " + text));
        assertFalse(tokens.accepts("Bearer " + text + "x"));
        assertFalse(tokens.accepts(text));
    }

    @Test
    void rolesAskForKeysAndHostsForCertificatesOverGrpc() throws Exception {
        var keys = identity.keys();
        var tokens = tokens(CLOCK);
        try (var server = RpcServer.listeningOn(new Address("127.0.0.1", 0), material(PeerKind.CLOUD_CONTROLLER))
                .offer(
                        new IdentityService(
                                keys, POLICIES, OriginKey.of(SecretBox.open(data)), identity.invalidations()),
                        PeerKind.WALRUS)
                .offer(new AuthorityService(authority, tokens, Duration.ofDays(30)), PeerKind.CLUSTER_CONTROLLER)
                .start()) {
            askForKeys(open(server, PeerKind.WALRUS));
            askForCertificate(open(server, PeerKind.CLUSTER_CONTROLLER), tokens);
        }
    }

    @Test
    void aDatabaseThatIsAwayIsToldAsPassing() throws Exception {
        Database away = new Database() {
            @Override
            public <T> T call(Function<EntityManager, T> work) {
                throw new PersistenceException(new SQLException("the connection was refused", "08001"));
            }

            @Override
            public boolean inTransaction() {
                return false;
            }

            @Override
            public void afterCommit(Runnable work) {
                throw new AssertionError("nothing is committed");
            }
        };
        var keys =
                new AccessKeys(away, SecretBox.open(data), identity.invalidations(), new KeyUses(away, CLOCK), CLOCK);
        try (var server = RpcServer.listeningOn(new Address("127.0.0.1", 0), material(PeerKind.CLOUD_CONTROLLER))
                .offer(
                        FailureGate.around(new IdentityService(
                                keys, POLICIES, OriginKey.of(SecretBox.open(data)), identity.invalidations())),
                        PeerKind.WALRUS)
                .start()) {
            var channel = open(server, PeerKind.WALRUS);
            try {
                var stub = IdentityGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
                var request = SigningKeyRequest.newBuilder()
                        .setAccessKeyId("AKIASOMEBODY")
                        .build();
                var refused = assertThrows(StatusRuntimeException.class, () -> stub.getSigningKey(request));
                assertEquals(Status.Code.UNAVAILABLE, refused.getStatus().getCode());
                assertEquals(
                        "",
                        stub.watchInvalidations(InvalidationsRequest.getDefaultInstance())
                                .next()
                                .getAccessKeyId(),
                        "streams pass the gate");
            } finally {
                channel.shutdownNow();
            }
        }
    }

    private static void askForKeys(ManagedChannel channel) throws IOException {
        try {
            var stub = IdentityGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
            var request = SigningKeyRequest.newBuilder()
                    .setAccessKeyId(identity.credentials().id())
                    .setDate("20260102")
                    .setRegion("us-east-1")
                    .setService("s3");
            var answer = stub.getSigningKey(request.build());
            assertEquals(32, answer.getKey().size());
            assertEquals(
                    PolicySet.UNRESTRICTED.identity().getFirst().json(),
                    answer.getPolicies().getIdentity(0).getJson());
            assertTrue(answer.getPolicies().getSessionRestricted(), "a session restricted to nothing stays so");
            assertFalse(answer.getPolicies().hasBoundary());
            assertEquals(32, answer.getOriginKey().size());
            var unknown = assertThrows(
                    StatusRuntimeException.class,
                    () -> stub.getSigningKey(
                            request.setAccessKeyId("AKIANOBODY").build()));
            assertEquals(Status.Code.NOT_FOUND, unknown.getStatus().getCode());
            var changes = stub.watchInvalidations(InvalidationsRequest.getDefaultInstance());
            assertEquals("", changes.next().getAccessKeyId());
            identity.invalidations().changed("AKIACHANGED");
            assertEquals("AKIACHANGED", changes.next().getAccessKeyId());
            identity.invalidations().changed(new AccountId("123456789012"));
            var ofAccount = changes.next();
            assertEquals("123456789012", ofAccount.getAccountId());
            assertEquals("", ofAccount.getAccessKeyId());
        } finally {
            channel.shutdownNow();
        }
    }

    private static void askForCertificate(ManagedChannel channel, JoinTokens tokens) throws IOException {
        try {
            var pair = CertificateAuthority.newKeyPair();
            var request = IssueNodeCertificateRequest.newBuilder()
                    .setToken(tokens.create("zone-a", Duration.ofHours(1), 1))
                    .setZone("zone-a")
                    .setHostName("host-1")
                    .setCertificateSigningRequest(ByteString.copyFrom(CertificateRequests.create(pair)))
                    .build();
            var stub = AuthorityGrpc.newBlockingStub(channel).withDeadlineAfter(30, TimeUnit.SECONDS);
            var issued = stub.issueNodeCertificate(request);
            var certificate =
                    Pem.decodeCertificates(issued.getCertificateChainPem()).getFirst();
            assertEquals(
                    new PeerIdentity(PeerKind.NODE, issued.getNodeId()),
                    PeerIdentity.of(certificate).orElseThrow());
            var again = assertThrows(StatusRuntimeException.class, () -> stub.issueNodeCertificate(request));
            assertEquals(Status.Code.UNAUTHENTICATED, again.getStatus().getCode());
            renew(stub, certificate, request.getCertificateSigningRequest());
        } finally {
            channel.shutdownNow();
        }
    }

    private static void renew(
            AuthorityGrpc.AuthorityBlockingStub stub, X509Certificate present, ByteString signedByItsKey)
            throws IOException {
        var request = RenewNodeCertificateRequest.newBuilder()
                .setCertificatePem(Pem.encode(List.of(present)))
                .setCertificateSigningRequest(signedByItsKey);
        var renewed = Pem.decodeCertificates(
                        stub.renewNodeCertificate(request.build()).getCertificateChainPem())
                .getFirst();
        assertEquals(PeerIdentity.of(present), PeerIdentity.of(renewed));
        assertEquals(present.getPublicKey(), renewed.getPublicKey());
        var thief = request.setCertificateSigningRequest(
                        ByteString.copyFrom(CertificateRequests.create(CertificateAuthority.newKeyPair())))
                .build();
        var refused = assertThrows(StatusRuntimeException.class, () -> stub.renewNodeCertificate(thief));
        assertEquals(Status.Code.INVALID_ARGUMENT, refused.getStatus().getCode());
        var walrus = request.setCertificatePem(
                        Pem.encode(material(PeerKind.WALRUS).chain()))
                .build();
        var noHost = assertThrows(StatusRuntimeException.class, () -> stub.renewNodeCertificate(walrus));
        assertEquals(Status.Code.UNAUTHENTICATED, noHost.getStatus().getCode());
    }

    private static JoinTokens tokens(Clock clock) {
        return new JoinTokens(
                identity.database(),
                zone -> Optional.of(new Address("10.0.0.1", 8775)),
                () -> PeerTrust.fingerprint(authority.certificate()),
                clock);
    }

    private static TlsMaterial material(PeerKind kind) {
        return RolePki.open(data, new PeerIdentity(kind, "test"), CLOCK);
    }

    private static ManagedChannel open(RpcServer server, PeerKind as) {
        return RpcChannels.open(new Address("127.0.0.1", server.port()), material(as), PeerKind.CLOUD_CONTROLLER);
    }

    private static AccountId account() throws IOException {
        return identity.keys()
                .find(identity.credentials().id(), SCOPE)
                .orElseThrow()
                .principal()
                .account();
    }

    private static String code(Executable action) {
        return assertThrows(AwsException.class, action).code();
    }
}
