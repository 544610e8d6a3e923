package io.coppice.testing.cloud;

import static io.coppice.testing.cloud.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** If this fails, a cloud whose database goes away hangs, lies or stays broken when the database is back. */
@Tag("full")
class DatabaseGoneTest {
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;

    @Test
    void requestsAreRefusedUntilItIsBack(@TempDir Path folder) throws Exception {
        try (var cloud = CloudUnderTest.up(folder.resolve("cloud"), "--hypervisor", "simulated", "--no-sample-image")) {
            var environment = cloud.environment();
            var requests = new SignedRequests(
                    URI.create(environment.getOrDefault("AWS_ENDPOINT_URL", "")),
                    environment.getOrDefault("AWS_REGION", ""));
            var postmaster = postmaster(cloud.data());
            SignedRequests.Answer refused;
            // Whoever starts PostgreSQL takes this lock: while we have it, the server cannot bring it back.
            try (var lock = FileChannel.open(cloud.data().resolve("postgres/lock"), StandardOpenOption.WRITE);
                    var held = lock.lock()) {
                assertTrue(held.isValid());
                postmaster.destroyForcibly();
                refused = eventually(
                        "a refusal",
                        Duration.ofMinutes(1),
                        () -> requests.send(
                                "Version=2016-11-15&Action=DescribeInstances",
                                environment.getOrDefault("AWS_ACCESS_KEY_ID", ""),
                                environment.getOrDefault("AWS_SECRET_ACCESS_KEY", ""),
                                Clock.systemUTC()),
                        answer -> answer.status() != 200);
            }
            assertEquals(503, refused.status(), refused::body);
            assertTrue(refused.hasRequestId(), refused::body);
            // The server starts it again by itself.
            var again = eventually(
                    "an answer",
                    Duration.ofMinutes(2),
                    () -> requests.send(
                            "Version=2016-11-15&Action=DescribeInstances",
                            environment.getOrDefault("AWS_ACCESS_KEY_ID", ""),
                            environment.getOrDefault("AWS_SECRET_ACCESS_KEY", ""),
                            Clock.systemUTC()),
                    answer -> answer.status() == 200);
            assertTrue(again.hasRequestId(), again::body);
        }
    }

    @Test
    void walrusRefusesUntilItIsBackAndHasLostNothing(@TempDir Path folder) throws Exception {
        try (var cloud = CloudUnderTest.up(folder.resolve("cloud"), "--hypervisor", "simulated", "--no-sample-image");
                var s3 = cloud.s3()) {
            var small = "lies in its row".getBytes(StandardCharsets.UTF_8);
            var large = new byte[300_000];
            s3.createBucket(b -> b.bucket("kept"));
            s3.putObject(b -> b.bucket("kept").key("small"), RequestBody.fromBytes(small));
            s3.putObject(b -> b.bucket("kept").key("large"), RequestBody.fromBytes(large));
            var postmaster = postmaster(cloud.data());
            try (var lock = FileChannel.open(cloud.data().resolve("postgres/lock"), StandardOpenOption.WRITE);
                    var held = lock.lock()) {
                assertTrue(held.isValid());
                postmaster.destroyForcibly();
                for (var content : List.of(small, large)) {
                    var refused = eventually(
                            "a refusal", Duration.ofMinutes(1), () -> put(s3, content), status -> status != OK);
                    assertEquals(UNAVAILABLE, refused);
                }
            }
            eventually("an answer", Duration.ofMinutes(2), () -> put(s3, small), status -> status == OK);
            assertArrayEquals(
                    small,
                    s3.getObjectAsBytes(b -> b.bucket("kept").key("small")).asByteArray());
            assertArrayEquals(
                    large,
                    s3.getObjectAsBytes(b -> b.bucket("kept").key("large")).asByteArray());
        }
    }

    private static int put(S3Client s3, byte[] content) {
        try {
            return s3.putObject(b -> b.bucket("kept").key("other"), RequestBody.fromBytes(content))
                    .sdkHttpResponse()
                    .statusCode();
        } catch (S3Exception e) {
            return e.statusCode();
        }
    }

    /** PostgreSQL writes its process id as the first line of postmaster.pid in its data folder. */
    private static ProcessHandle postmaster(Path data) throws Exception {
        try (var files = Files.find(data, 6, (path, any) -> path.endsWith("postmaster.pid"))) {
            var file = files.findFirst().orElseThrow(() -> new AssertionError("no PostgreSQL runs in " + data));
            var pid = Long.parseLong(Files.readAllLines(file).getFirst().strip());
            return ProcessHandle.of(pid).orElseThrow();
        }
    }
}
