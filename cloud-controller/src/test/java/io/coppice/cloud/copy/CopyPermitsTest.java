package io.coppice.cloud.copy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.identity.SecretBox;
import io.coppice.cloud.identity.session.SessionTokens;
import io.coppice.cloud.place.TestSite;
import io.coppice.cloud.place.Zones;
import io.coppice.foundation.id.AccountId;
import io.coppice.proto.ebs.v1.PermitCopiesRequest;
import io.coppice.proto.ebs.v1.PermitCopiesResponse;
import io.coppice.proto.ebs.v1.SnapshotCopiesGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** If this fails, snapshots are not copied though the operator wants it, or somebody gets credentials who should not. */
class CopyPermitsTest {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @TempDir
    Path folder;

    private final FakeCopies copies = new FakeCopies();
    private Server server;
    private ManagedChannel channel;

    private record Config(Optional<Boolean> enabled, String bucket) implements CopyConfig {}

    private static final class FakeCopies extends SnapshotCopiesGrpc.SnapshotCopiesImplBase {
        private final Queue<PermitCopiesRequest> asked = new ConcurrentLinkedQueue<>();

        @Override
        public void permit(PermitCopiesRequest request, StreamObserver<PermitCopiesResponse> answer) {
            asked.add(request);
            answer.onNext(PermitCopiesResponse.newBuilder()
                    .setCopied(3)
                    .setWaiting(1)
                    .setStoredBytes(4096)
                    .setProblem("it rains")
                    .build());
            answer.onCompleted();
        }
    }

    @BeforeEach
    void start() throws IOException {
        server = NettyServerBuilder.forPort(0).addService(copies).build().start();
        channel = NettyChannelBuilder.forAddress("127.0.0.1", server.getPort())
                .usePlaintext()
                .build();
    }

    @AfterEach
    void stop() {
        channel.shutdownNow();
        server.shutdownNow();
    }

    @Test
    void theEbsControllerGetsCredentialsThatEndAndSaysHowFarItIs() {
        var permits = permits(true);
        permits.start();
        try {
            eventually(() -> permits.state()
                    .equals(Map.of("snapshot-copies", "3 copied in 4096 bytes, 1 to be copied, held up: it rains")));
            var asked = copies.asked.element();
            assertEquals("kept-here", asked.getBucket());
            assertTrue(asked.getAccessKeyId().startsWith("ASIA"), asked.getAccessKeyId());
            assertFalse(asked.getSessionToken().isEmpty());
            var left = asked.getExpiresAtMillis() - System.currentTimeMillis();
            assertTrue(left > 0 && left <= Duration.ofMinutes(30).toMillis(), left + " ms");
        } finally {
            permits.stop();
        }
    }

    @Test
    void eachZoneHasABucketOfItsOwnAndReadsTheOthers() {
        var permits = new CopyPermits(
                () -> new AccountId("000000000001"),
                new SessionTokens(SecretBox.open(folder), Clock.systemUTC()),
                new Config(Optional.empty(), "kept-here"),
                TestSite.twoZones(),
                zone -> channel);
        assertTrue(permits.acrossZones(), "with several zones copies are kept unless somebody says no");
        permits.start();
        try {
            eventually(() -> copies.asked.size() >= 2);
        } finally {
            permits.stop();
        }
        var byBucket = copies.asked.stream()
                .collect(Collectors.toMap(
                        PermitCopiesRequest::getBucket, PermitCopiesRequest::getReadableBucketsList, (a, b) -> a));
        assertEquals(
                Map.of("kept-here", List.of("kept-here-us-east-1b"), "kept-here-us-east-1b", List.of("kept-here")),
                byBucket);
    }

    @Test
    void whatOthersKeepCanBeReadAndNotWritten() {
        var alone = CopyPolicy.of("own", List.of());
        assertFalse(alone.contains("other"));
        var several = CopyPolicy.of("own", List.of("other"));
        assertTrue(
                several.contains(
                        "[\"s3:GetObject\",\"s3:ListBucket\"],\"Resource\":[\"arn:aws:s3:::other\",\"arn:aws:s3:::other/*\"]"),
                several);
    }

    @Test
    void nobodyIsGivenAnythingUnlessTheOperatorWantsCopies() {
        var permits = permits(false);
        permits.start();
        permits.stop();
        assertEquals(Map.of(), permits.state());
        assertTrue(copies.asked.isEmpty());
    }

    private CopyPermits permits(boolean enabled) {
        return new CopyPermits(
                () -> new AccountId("000000000001"),
                new SessionTokens(SecretBox.open(folder), Clock.systemUTC()),
                new Config(Optional.of(enabled), "kept-here"),
                new Zones(TestSite.config()),
                zone -> channel);
    }

    private static void eventually(BooleanSupplier condition) {
        var end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < end, "not within " + PATIENCE);
            LockSupport.parkNanos(Duration.ofMillis(10).toNanos());
        }
    }
}
