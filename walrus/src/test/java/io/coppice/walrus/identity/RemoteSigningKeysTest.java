package io.coppice.walrus.identity;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import io.coppice.foundation.pki.CertificateAuthority;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.TlsMaterial;
import io.coppice.foundation.rpc.Address;
import io.coppice.foundation.rpc.RpcChannels;
import io.coppice.foundation.rpc.RpcServer;
import io.coppice.proto.identity.v1.IdentityGrpc;
import io.coppice.proto.identity.v1.Invalidation;
import io.coppice.proto.identity.v1.InvalidationsRequest;
import io.coppice.proto.identity.v1.KeyValues;
import io.coppice.proto.identity.v1.Policies;
import io.coppice.proto.identity.v1.PolicyText;
import io.coppice.proto.identity.v1.SigningKeyRequest;
import io.coppice.walrus.WalrusFixture;
import io.coppice.walrus.http.S3Server;
import io.coppice.walrus.http.S3Settings;
import io.coppice.walrus.identity.SigningKeys.Refusal;
import io.coppice.walrus.identity.SigningKeys.SignerKey;
import io.coppice.wire.sign.CredentialScope;
import io.coppice.wire.sign.SigV4;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * If this failed, a key that was taken back would go on to open buckets, or a Cloud Controller that is away for a moment
 * would look to clients like a wrong key, which they do not try again.
 */
class RemoteSigningKeysTest {
    private static final String EVERYTHING = """
            {"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}""";
    private static final CredentialScope SCOPE = new CredentialScope("20260102", "us-east-1", "s3");

    @TempDir
    Path folder;

    private final Cloud cloud = new Cloud();
    private RpcServer server;
    private ManagedChannel channel;
    private RemoteSigningKeys keys;

    @BeforeEach
    void dial() throws IOException {
        server = RpcServer.listeningOn(new Address("127.0.0.1", 0), material(PeerKind.CLOUD_CONTROLLER))
                .offer(cloud, PeerKind.WALRUS)
                .start();
        channel = RpcChannels.open(
                new Address("127.0.0.1", server.port()), material(PeerKind.WALRUS), PeerKind.CLOUD_CONTROLLER);
        keys = new RemoteSigningKeys(channel, Clock.systemUTC(), 100);
        eventually(keys::watching);
    }

    @AfterEach
    void hangUp() {
        keys.close();
        channel.shutdownNow();
        server.close();
    }

    @Test
    void aKeyIsAskedForOnceAndForgottenWhenItIsTakenBack() {
        var signer = assertInstanceOf(SignerKey.class, find(WalrusFixture.ALICE));
        assertEquals("111111111111", signer.principal().accountId());
        var permissions = signer.principal().permissions();
        assertEquals(Optional.of("alice"), permissions.principal().userName());
        assertEquals(Map.of("team", "red"), permissions.principal().tags());
        assertEquals(
                Optional.of("mine"),
                permissions.policies().identity().getFirst().name());
        assertTrue(permissions.policies().boundary().isPresent());
        assertEquals(1, permissions.policies().session().orElseThrow().size());
        assertEquals(Map.of("aws:MultiFactorAuthPresent", List.of("true")), permissions.credentialKeys());
        assertArrayEquals(
                SigV4.signingKey(WalrusFixture.SECRET, SCOPE.date(), SCOPE.region(), SCOPE.service())
                        .toBytes(),
                signer.key().toBytes());
        find(WalrusFixture.ALICE);
        assertEquals(1, cloud.asked());
        var tomorrow = new CredentialScope("20260103", "us-east-1", "s3");
        assertInstanceOf(SignerKey.class, keys.find(WalrusFixture.ALICE, tomorrow, Optional.empty()));
        assertEquals(2, cloud.asked(), "another day has another key");

        cloud.takeBack(WalrusFixture.ALICE);
        eventually(() -> find(WalrusFixture.ALICE) == Refusal.UNKNOWN_KEY);
    }

    @Test
    void whatChangesInAnotherAccountIsNoReasonToAskAgain() {
        find(WalrusFixture.ALICE);
        var asked = cloud.asked();
        cloud.changed("222222222222");
        cloud.changed("111111111111");
        eventually(() -> {
            find(WalrusFixture.ALICE);
            return cloud.asked() > asked;
        });
        var once = cloud.asked();
        cloud.changed("222222222222");
        find(WalrusFixture.ALICE);
        assertEquals(once, cloud.asked());
    }

    @Test
    void aSessionIsKnownByItsTokenAndEndsInTime() {
        assertEquals(Refusal.INVALID_TOKEN, keys.find(Cloud.SESSION, SCOPE, Optional.of("another token")));
        assertEquals(Refusal.EXPIRED_TOKEN, keys.find(Cloud.SESSION, SCOPE, Optional.of("old token")));
        cloud.sessionsEnd(Instant.now().plusSeconds(3_600));
        assertInstanceOf(SignerKey.class, keys.find(Cloud.SESSION, SCOPE, Optional.of(Cloud.TOKEN)));
        var asked = cloud.asked();
        assertInstanceOf(SignerKey.class, keys.find(Cloud.SESSION, SCOPE, Optional.of(Cloud.TOKEN)));
        assertEquals(asked, cloud.asked(), "the answer is kept");

        var otherScope = new CredentialScope("20260103", "us-east-1", "s3");
        cloud.sessionsEnd(Instant.now().minusSeconds(1));
        keys.find(Cloud.SESSION, otherScope, Optional.of(Cloud.TOKEN));
        asked = cloud.asked();
        keys.find(Cloud.SESSION, otherScope, Optional.of(Cloud.TOKEN));
        assertEquals(asked + 1, cloud.asked(), "an answer is not kept beyond the end of its session");
    }

    @Test
    void whatNobodyHasIsNotTheSameAsNobodyCanTell() {
        assertEquals(Refusal.UNKNOWN_KEY, find("AKIANOBODY"));
        cloud.fails(Status.UNAVAILABLE);
        assertThrows(IdentityUnavailableException.class, () -> find(WalrusFixture.ALICE));
        cloud.fails(Status.OK);
        assertInstanceOf(SignerKey.class, find(WalrusFixture.ALICE), "the failure was not kept");
    }

    @Test
    void aCutWatchForgetsEverything() {
        find(WalrusFixture.ALICE);
        cloud.hangUp();
        eventually(() -> {
            find(WalrusFixture.ALICE);
            return cloud.asked() >= 2;
        });
        eventually(keys::watching);
    }

    @Test
    void clientsOfS3AreToldToTryAgain() throws Exception {
        var vertx = Vertx.vertx();
        var others = WalrusFixture.identity();
        var identity = new Identity(keys, others.legacy(), others.accounts());
        try (var walrus = new WalrusFixture(folder);
                var s3 = new S3Server(
                        vertx, walrus.store(), identity, S3Settings.standard("us-east-1"), Optional.empty())) {
            s3.start(new Address("127.0.0.1", 0));
            try (var client = client(s3.port())) {
                cloud.fails(Status.UNAVAILABLE);
                var refused = assertThrows(S3Exception.class, client::listBuckets);
                assertEquals(503, refused.statusCode());
                assertEquals("ServiceUnavailable", refused.awsErrorDetails().errorCode());
                cloud.fails(Status.OK);
                assertTrue(client.listBuckets().buckets().isEmpty());
            }
        } finally {
            vertx.close();
        }
    }

    private SigningKeys.Signer find(String accessKeyId) {
        return keys.find(accessKeyId, SCOPE, Optional.empty());
    }

    private static S3Client client(int port) {
        return S3Client.builder()
                .endpointOverride(URI.create("http://127.0.0.1:" + port))
                .region(Region.US_EAST_1)
                .forcePathStyle(true)
                .credentialsProvider(StaticCredentialsProvider.create(
                        AwsBasicCredentials.create(WalrusFixture.ALICE, WalrusFixture.SECRET)))
                .overrideConfiguration(c -> c.retryStrategy(r -> r.maxAttempts(1)))
                .httpClientBuilder(UrlConnectionHttpClient.builder())
                .build();
    }

    private TlsMaterial material(PeerKind kind) throws IOException {
        return CertificateAuthority.openOrCreate(folder.resolve("ca"), Clock.systemUTC())
                .issue(new PeerIdentity(kind, "test"), List.of());
    }

    private static void eventually(BooleanSupplier condition) {
        var deadline = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "not within a minute");
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }

    /** The Cloud Controller's identity with one key. Thread-safe. */
    private static final class Cloud extends IdentityGrpc.IdentityImplBase {
        private final List<StreamObserver<Invalidation>> watchers = new ArrayList<>();
        private static final String SESSION = "ASIAALICE00000000001";
        private static final String TOKEN = "the token";

        private Status failure = Status.OK;
        private Instant sessionEnd = Instant.MAX;
        private boolean active = true;
        private int asked;

        @Override
        public synchronized void getSigningKey(
                SigningKeyRequest request, StreamObserver<io.coppice.proto.identity.v1.SigningKey> answers) {
            asked++;
            if (!failure.isOk()) {
                answers.onError(failure.asRuntimeException());
                return;
            }
            if (request.getAccessKeyId().equals(SESSION)) {
                if (!request.getSessionToken().equals(TOKEN)) {
                    var old = request.getSessionToken().equals("old token");
                    answers.onError((old ? Status.FAILED_PRECONDITION : Status.INVALID_ARGUMENT).asRuntimeException());
                    return;
                }
            } else if (!active || !request.getAccessKeyId().equals(WalrusFixture.ALICE)) {
                answers.onError(Status.NOT_FOUND.asRuntimeException());
                return;
            }
            var key = SigV4.signingKey(
                    WalrusFixture.SECRET, request.getDate(), request.getRegion(), request.getService());
            answers.onNext(io.coppice.proto.identity.v1.SigningKey.newBuilder()
                    .setKey(ByteString.copyFrom(key.toBytes()))
                    .setPrincipal(io.coppice.proto.identity.v1.Principal.newBuilder()
                            .setAccountId("111111111111")
                            .setCanonicalId("a".repeat(64))
                            .setArn("arn:aws:iam::111111111111:user/alice")
                            .setUserId("AIDAALICE")
                            .setDisplayName("alice"))
                    .setPolicies(Policies.newBuilder()
                            .addIdentity(PolicyText.newBuilder().setName("mine").setJson(EVERYTHING))
                            .setBoundary(PolicyText.newBuilder().setJson(EVERYTHING))
                            .setSessionRestricted(true)
                            .addSession(PolicyText.newBuilder().setJson(EVERYTHING))
                            .putTags("team", "red")
                            .putCredentialKeys(
                                    "aws:MultiFactorAuthPresent",
                                    KeyValues.newBuilder().addValues("true").build()))
                    .setCacheSeconds(300)
                    .setExpiresAtSeconds(request.getSessionToken().isEmpty() ? 0 : sessionEnd.getEpochSecond())
                    .build());
            answers.onCompleted();
        }

        @Override
        public synchronized void watchInvalidations(
                InvalidationsRequest request, StreamObserver<Invalidation> answers) {
            watchers.add(answers);
            answers.onNext(Invalidation.getDefaultInstance());
        }

        synchronized void takeBack(String accessKeyId) {
            active = false;
            var told = Invalidation.newBuilder().setAccessKeyId(accessKeyId).build();
            watchers.forEach(each -> each.onNext(told));
        }

        synchronized void changed(String accountId) {
            var told = Invalidation.newBuilder().setAccountId(accountId).build();
            watchers.forEach(each -> each.onNext(told));
        }

        synchronized void hangUp() {
            watchers.forEach(each -> each.onError(Status.UNAVAILABLE.asRuntimeException()));
            watchers.clear();
        }

        synchronized void fails(Status status) {
            failure = status;
        }

        synchronized void sessionsEnd(Instant end) {
            sessionEnd = end;
        }

        synchronized int asked() {
            return asked;
        }
    }
}
