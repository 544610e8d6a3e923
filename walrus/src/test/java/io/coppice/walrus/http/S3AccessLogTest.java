package io.coppice.walrus.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.walrus.WalrusFixture;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** If this failed, owners could not see who used their buckets, or lines would land where they do not belong. */
class S3AccessLogTest {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    @TempDir
    Path folder;

    @Test
    void requestsAreToldInTheOwnersOtherBucket() throws Exception {
        var standard = S3Settings.standard("us-east-1");
        var settings =
                standard.telling(new S3Settings.Telling(Set.of(), 1, Duration.ofMillis(200), 10_000, Optional.empty()));
        try (var walrus = new WalrusFixture(folder, settings);
                var alice = walrus.alice();
                var bob = walrus.client(WalrusFixture.BOB, WalrusFixture.SECRET)) {
            alice.createBucket(b -> b.bucket("watched"));
            alice.createBucket(b -> b.bucket("logs"));
            bob.createBucket(b -> b.bucket("of-bob"));
            assertEquals("InvalidTargetBucketForLogging", refusal(() -> log(alice, "of-bob")));
            assertEquals("InvalidTargetBucketForLogging", refusal(() -> log(alice, "nowhere")));
            log(alice, "logs");
            assertEquals(
                    "logs",
                    alice.getBucketLogging(b -> b.bucket("watched"))
                            .loggingEnabled()
                            .targetBucket());

            alice.putObject(b -> b.bucket("watched").key("a b"), RequestBody.fromString("hello"));
            alice.getObjectAsBytes(b -> b.bucket("watched").key("a b"));
            assertEquals(
                    "AccessDenied",
                    refusal(() -> bob.getObjectAsBytes(b -> b.bucket("watched").key("a b"))));
            alice.putObject(b -> b.bucket("logs").key("unwatched"), RequestBody.fromString("x"));

            var lines = awaitLines(alice, 3);
            var put = line(lines, "REST.PUT.OBJECT");
            assertTrue(put.startsWith("a".repeat(64) + " watched ["), put);
            assertTrue(put.contains("REST.PUT.OBJECT a%20b \"PUT /watched/a%20b"), put);
            assertTrue(put.contains(" 200 - "), put);
            assertTrue(put.contains(" SigV4 - AuthHeader "), put);
            assertTrue(
                    lines.stream().anyMatch(line -> line.contains("REST.GET.OBJECT") && line.contains(" 200 - 5 5 ")),
                    lines::toString);
            assertTrue(lines.stream().anyMatch(line -> line.contains(" 403 AccessDenied ")), lines::toString);
            assertFalse(lines.stream().anyMatch(line -> line.contains("unwatched")), lines::toString);
        }
    }

    private static void log(S3Client s3, String target) {
        s3.putBucketLogging(b -> b.bucket("watched")
                .bucketLoggingStatus(
                        c -> c.loggingEnabled(e -> e.targetBucket(target).targetPrefix("of/watched-"))));
    }

    private static String refusal(Runnable call) {
        return assertThrows(S3Exception.class, call::run).awsErrorDetails().errorCode();
    }

    private static String line(List<String> lines, String word) {
        return lines.stream()
                .filter(line -> line.contains(word))
                .findFirst()
                .orElseThrow(() -> new AssertionError(word + " is not in " + lines));
    }

    private static List<String> awaitLines(S3Client s3, int count) throws InterruptedException {
        var end = Instant.now().plus(LIMIT);
        var lines = List.<String>of();
        while (lines.size() < count) {
            assertTrue(Instant.now().isBefore(end), "only these lines came: " + lines);
            Thread.sleep(100);
            lines = s3.listObjectsV2(b -> b.bucket("logs").prefix("of/watched-")).contents().stream()
                    .flatMap(object -> s3.getObjectAsBytes(b -> b.bucket("logs").key(object.key()))
                            .asUtf8String()
                            .lines())
                    .filter(line -> line.contains(".OBJECT "))
                    .collect(Collectors.toList());
        }
        return lines;
    }
}
