package io.coppice.walrus.fault;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.walrus.WalrusFixture;
import io.coppice.walrus.http.S3Settings;
import io.coppice.walrus.protocol.XmlElement;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * If this failed, somebody could make Walrus fail, hang or tell its insides by sending nonsense. The seed of a failed run and
 * the request are in its message; {@code -Dmutation.seed=S} (of the first sender) and {@code -Dmutation.requests=N} repeat a run or lengthen it.
 */
class MutatedS3RequestsTest {
    private static final long SEED = 20260102L;
    private static final int IN_CI = 2_000;
    private static final int IN_FULL = 100_000;
    /** Much of the nonsense makes Walrus wait for more of it, so many are sent at a time. */
    private static final int SENDERS = 16;

    private static final int REVIVED_EVERY = 200;
    private static final int ANSWER_LIMIT_MILLIS = 60_000;
    private static final int NOT_IMPLEMENTED = 501;
    private static final int SERVER_ERROR = 500;
    private static final int CLIENT_ERROR = 400;

    @TempDir
    Path folder;

    @Test
    void nonsenseIsRefusedInTheWordsOfS3() throws Exception {
        mutate(Long.getLong("mutation.seed", SEED), Integer.getInteger("mutation.requests", IN_CI));
    }

    @Test
    @Tag("full")
    void muchNonsenseIsRefusedInTheWordsOfS3() throws Exception {
        mutate(Long.getLong("mutation.seed", System.nanoTime()), Integer.getInteger("mutation.requests", IN_FULL));
    }

    private void mutate(long seed, int requests) throws Exception {
        var quick = S3Settings.standard("us-east-1");
        var settings = new S3Settings(
                quick.region(),
                quick.domains(),
                quick.websiteDomains(),
                quick.maxConcurrentRequests(),
                quick.maxPutBytes(),
                // A body that never comes must not hold the test up.
                Duration.ofSeconds(1),
                1,
                quick.telling());
        try (var walrus = new WalrusFixture(folder, settings);
                var s3 = walrus.alice()) {
            var byStatus = new ConcurrentSkipListMap<Integer, Integer>();
            var senders = new ArrayList<Callable<Boolean>>();
            for (int i = 0; i < SENDERS; i++) {
                var own = seed + i;
                senders.add(() -> send(walrus, s3, own, requests / SENDERS, byStatus));
            }
            try (var threads = Executors.newFixedThreadPool(SENDERS)) {
                for (var sender : threads.invokeAll(senders)) {
                    assertTrue(sender.get());
                }
            }
            assertTrue(byStatus.size() > 4, () -> "the requests are all of a kind: " + byStatus);
            assertTrue(byStatus.containsKey(200), () -> "nothing got through: " + byStatus);
            assertEquals("some text", revived(s3), () -> "seed " + seed + ": afterwards it serves as before");
        }
    }

    private static boolean send(
            WalrusFixture walrus, S3Client s3, long seed, int requests, Map<Integer, Integer> byStatus)
            throws IOException {
        var random = new Random(seed);
        for (int i = 0; i < requests; i++) {
            if (i % REVIVED_EVERY == 0) {
                revive(s3);
            }
            var request = S3Mutation.next(random, walrus.endpoint().getAuthority());
            var answer = send(walrus.endpoint().getPort(), request);
            var status = check(answer, "seed " + seed + ", request " + i + ":\n" + request + "\nanswer:\n" + answer);
            byStatus.merge(status, 1, Integer::sum);
        }
        return true;
    }

    /** Some of the nonsense is good enough to remove what it is about, perhaps while this puts it there. */
    private static void revive(S3Client s3) {
        try {
            s3.createBucket(b -> b.bucket("mutants"));
            s3.putObject(b -> b.bucket("mutants").key("small"), RequestBody.fromString("some text"));
            s3.putObject(b -> b.bucket("mutants").key("large"), RequestBody.fromBytes(new byte[100_000]));
        } catch (S3Exception e) {
            assertTrue(e.statusCode() < SERVER_ERROR, e.toString());
        }
    }

    private static String revived(S3Client s3) {
        s3.createBucket(b -> b.bucket("afterwards"));
        s3.putObject(b -> b.bucket("afterwards").key("k"), RequestBody.fromString("some text"));
        return s3.getObjectAsBytes(b -> b.bucket("afterwards").key("k")).asUtf8String();
    }

    private static int check(String answer, String message) {
        assertTrue(answer.startsWith("HTTP/1."), () -> "no answer of HTTP: " + message);
        var status = Integer.parseInt(answer.substring(9, 12));
        assertTrue(status < SERVER_ERROR || status == NOT_IMPLEMENTED, () -> "a fault of ours: " + message);
        var body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
        for (var word : List.of("Exception", "\tat ", "io.coppice", "org.postgresql")) {
            assertFalse(status >= CLIENT_ERROR && body.contains(word), () -> "it tells its insides: " + message);
        }
        if (status >= CLIENT_ERROR && !body.isEmpty()) {
            assertTrue(body.contains("<Error>") || answer.contains("\r\n\r\n\r\n"), () -> "no error of S3: " + message);
            XmlElement.parse(body.getBytes(StandardCharsets.ISO_8859_1), "Error");
        }
        return status;
    }

    private static String send(int port, String request) throws IOException {
        try (var socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(ANSWER_LIMIT_MILLIS);
            var out = socket.getOutputStream();
            out.write(request.getBytes(StandardCharsets.ISO_8859_1));
            out.flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
