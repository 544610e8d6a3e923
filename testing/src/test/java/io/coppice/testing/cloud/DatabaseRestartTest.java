package io.coppice.testing.cloud;

import static io.coppice.testing.cloud.Eventually.eventually;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * If this fails, a database that is killed while objects are written takes acknowledged ones along, leaves half ones, or
 * makes Walrus answer what no client understands.
 */
@Tag("full")
class DatabaseRestartTest {
    private static final String BUCKET = "written";
    private static final int WRITERS = 4;
    private static final int ENOUGH = 100;
    private static final int SMALL_BYTES = 2_000;
    private static final int LARGE_BYTES = 200_000;
    private static final int UNAVAILABLE = 503;
    private static final Duration LIMIT = Duration.ofMinutes(5);

    @TempDir
    Path folder;

    /** By key what was written and acknowledged, and what was written and refused, as hashes. */
    private final Map<String, Integer> acknowledged = new ConcurrentHashMap<>();

    private final Map<String, Integer> refused = new ConcurrentHashMap<>();
    private final Set<String> surprises = new ConcurrentSkipListSet<>();
    private final AtomicBoolean enough = new AtomicBoolean();

    @Test
    void whatWasAcknowledgedOutlivesAKilledDatabase() throws Exception {
        try (var cloud = CloudUnderTest.up(folder.resolve("cloud"), "--hypervisor", "simulated", "--no-sample-image");
                var s3 = cloud.s3()) {
            s3.createBucket(b -> b.bucket(BUCKET));
            var writers = IntStream.range(0, WRITERS)
                    .mapToObj(number -> Thread.ofPlatform().start(() -> write(s3, number)))
                    .toList();
            written(ENOUGH);
            var killed = postmaster(cloud.data());
            ProcessHandle.of(killed).orElseThrow().destroyForcibly();
            eventually("the database", LIMIT, () -> restarted(cloud.data(), killed), restarted -> restarted);
            written(acknowledged.size() + ENOUGH);
            enough.set(true);
            for (var writer : writers) {
                writer.join();
            }
            assertEquals(Set.of(), surprises);
            verify(s3);
            assertNotEquals(killed, postmaster(cloud.data()));
        }
    }

    /** Each key once, small ones, which lie in their rows, and large ones, which do not. */
    private void write(S3Client s3, int writer) {
        var random = new Random(writer);
        for (int i = 0; !enough.get(); i++) {
            var key = "writer-" + writer + "/" + i;
            var content = new byte[i % 2 == 0 ? SMALL_BYTES : LARGE_BYTES];
            random.nextBytes(content);
            try {
                s3.putObject(b -> b.bucket(BUCKET).key(key), RequestBody.fromBytes(content));
                acknowledged.put(key, Arrays.hashCode(content));
            } catch (S3Exception e) {
                refused.put(key, Arrays.hashCode(content));
                if (e.statusCode() != UNAVAILABLE) {
                    surprises.add(e.toString());
                }
            }
        }
    }

    private void written(int count) {
        eventually("writes " + count, LIMIT, acknowledged::size, size -> size >= count || !surprises.isEmpty());
    }

    private void verify(S3Client s3) {
        acknowledged.forEach((key, hash) -> assertEquals(Optional.of(hash), read(s3, key), key));
        // Whether the answer or the commit was what did not come, nobody knows.
        refused.forEach((key, hash) ->
                assertTrue(List.of(Optional.empty(), Optional.of(hash)).contains(read(s3, key)), key));
    }

    private static Optional<Integer> read(S3Client s3, String key) {
        try {
            return Optional.of(Arrays.hashCode(
                    s3.getObjectAsBytes(b -> b.bucket(BUCKET).key(key)).asByteArray()));
        } catch (NoSuchKeyException e) {
            return Optional.empty();
        }
    }

    private static boolean restarted(Path data, long killed) {
        try {
            return postmaster(data) != killed;
        } catch (IOException e) {
            // Between two of them there is no such file.
            return false;
        }
    }

    /** PostgreSQL writes its process id as the first line of this file. */
    private static long postmaster(Path data) throws IOException {
        var lines = Files.readAllLines(data.resolve("postgres/data/postmaster.pid"));
        if (lines.isEmpty()) {
            throw new IOException("the file is being written");
        }
        return Long.parseLong(lines.getFirst().strip());
    }
}
