package io.coppice.walrus.notification;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.support.KafkaBroker;
import io.coppice.walrus.WalrusFixture;
import io.coppice.walrus.http.S3Settings;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.Event;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** If this failed, those who wait for what happens in buckets would not hear of it, hear what never was, or hear it lost. */
class NotificationsTest {
    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final int BACKLOG = 50;
    private static final Courier.Patience PATIENCE = new Courier.Patience(Duration.ofMillis(50), Duration.ofDays(1));

    @TempDir
    static Path folder;

    private static WalrusFixture walrus;
    private static S3Client alice;

    @BeforeAll
    static void start() throws IOException {
        var telling = new S3Settings.Telling(
                Set.of("hook", "topic", "full", "later", "never"),
                BACKLOG,
                Duration.ofMinutes(5),
                10_000,
                Optional.empty());
        walrus = new WalrusFixture(folder, S3Settings.standard("us-east-1").telling(telling));
        alice = walrus.alice();
    }

    @AfterAll
    static void stop() throws IOException {
        alice.close();
        walrus.close();
    }

    @Test
    void aWebhookHearsWhatHappenedInOrder() throws Exception {
        bucket("heard", "hook");
        try (var hook = new HookForTests();
                var courier = courier("hook", hook.destination(Optional.of("token")))) {
            courier.start();
            // An answer that is no success: the same message comes again.
            hook.refuse(1);
            alice.putObject(b -> b.bucket("heard").key("in/a b.txt"), RequestBody.fromString("hello"));
            alice.copyObject(b -> b.sourceBucket("heard")
                    .sourceKey("in/a b.txt")
                    .destinationBucket("heard")
                    .destinationKey("in/copy.txt"));
            alice.putObject(b -> b.bucket("heard").key("out/other.txt"), RequestBody.fromString("x"));
            alice.putObject(b -> b.bucket("heard").key("in/other.bin"), RequestBody.fromString("x"));
            alice.deleteObject(b -> b.bucket("heard").key("in/copy.txt"));
            alice.deleteObject(b -> b.bucket("heard").key("in/never-there.txt"));
            await(() -> hook.bodies().size() >= 4, hook::bodies);
            assertEquals("s3:TestEvent", new JsonObject(hook.bodies().getFirst()).getString("Event"));
            assertEquals(
                    List.of(
                            "ObjectCreated:Put in%2Fa+b.txt",
                            "ObjectCreated:Copy in%2Fcopy.txt", "ObjectRemoved:Delete in%2Fcopy.txt"),
                    hook.bodies().stream().skip(1).map(NotificationsTest::words).toList());
            assertEquals("Bearer token", hook.authorization());
            var put = event(hook.bodies().get(1));
            assertEquals(5, put.getJsonObject("s3").getJsonObject("object").getInteger("size"));
            assertEquals(
                    "5d41402abc4b2a76b9719d911017c592",
                    put.getJsonObject("s3").getJsonObject("object").getString("eTag"));
            assertEquals("texts", put.getJsonObject("s3").getString("configurationId"));
        }
    }

    @Test
    void whatWaitsOutlivesTheProcess() throws Exception {
        bucket("waiting", "later");
        alice.putObject(b -> b.bucket("waiting").key("in/1.txt"), RequestBody.fromString("1"));
        try (var hook = new HookForTests()) {
            hook.refuse(Integer.MAX_VALUE);
            try (var courier = courier("later", hook.destination(Optional.empty()))) {
                courier.start();
                await(() -> hook.refused() > 0, hook::refused);
            }
            assertEquals(List.of(), hook.bodies());
            hook.refuse(0);
            try (var courier = courier("later", hook.destination(Optional.empty()))) {
                courier.start();
                await(() -> hook.bodies().size() == 2, hook::bodies);
            }
        }
    }

    @Test
    void whatWasRolledBackNeverHappened() {
        bucket("undone", "never");
        var before = waiting("never");
        walrus.failCommits(true);
        try {
            assertThrows(
                    S3Exception.class,
                    () -> alice.putObject(b -> b.bucket("undone").key("in/x.txt"), RequestBody.fromString("x")));
        } finally {
            walrus.failCommits(false);
        }
        assertEquals(before, waiting("never"));
    }

    @Test
    void aDestinationThatIsAwayCannotFillTheDatabase() {
        bucket("filling", "full");
        for (int i = 0; i < BACKLOG + 20; i++) {
            var key = "in/" + i + ".txt";
            alice.putObject(b -> b.bucket("filling").key(key), RequestBody.fromString("x"));
        }
        assertTrue(waiting("full") <= BACKLOG, () -> waiting("full") + " wait");
    }

    @Test
    void kafkaHearsByObject() throws Exception {
        bucket("streamed", "topic");
        try (var broker = new KafkaBroker(folder.resolve("broker"), 1)) {
            broker.start();
            var topic = new KafkaTopic(broker.address(), "objects", java.util.Map.of(), Duration.ofSeconds(60));
            try (var courier = courier("topic", topic)) {
                courier.start();
                alice.putObject(b -> b.bucket("streamed").key("in/k.txt"), RequestBody.fromString("1"));
                alice.deleteObject(b -> b.bucket("streamed").key("in/k.txt"));
                await(() -> waiting("topic") == 0, courier::summary);
            }
            var records = broker.records("objects").stream()
                    .filter(record -> record.key().equals("streamed/in/k.txt"))
                    .toList();
            assertEquals(
                    List.of("ObjectCreated:Put in%2Fk.txt", "ObjectRemoved:Delete in%2Fk.txt"),
                    records.stream().map(record -> words(record.value())).toList());
        }
    }

    @Test
    void onlyWhatCanBeToldIsTaken() {
        alice.createBucket(b -> b.bucket("strict"));
        assertEquals("InvalidArgument", refusal(() -> notify("strict", "nobody", Event.S3_OBJECT_CREATED)));
        assertEquals("InvalidArgument", refusal(() -> notify("strict", "hook", Event.S3_REPLICATION)));
        assertEquals(
                "NotImplemented",
                refusal(() -> alice.putBucketNotificationConfiguration(b -> b.bucket("strict")
                        .notificationConfiguration(c ->
                                c.lambdaFunctionConfigurations(f -> f.lambdaFunctionArn("arn:aws:lambda:us-east-1:1:f")
                                        .events(Event.S3_OBJECT_CREATED))))));
        notify("strict", "never", Event.S3_OBJECT_CREATED);
        var kept = alice.getBucketNotificationConfiguration(b -> b.bucket("strict"));
        assertEquals(1, kept.topicConfigurations().size());
        alice.putBucketNotificationConfiguration(b -> b.bucket("strict").notificationConfiguration(c -> {}));
        assertFalse(alice.getBucketNotificationConfiguration(b -> b.bucket("strict"))
                .hasTopicConfigurations());
    }

    private static void bucket(String name, String destination) {
        alice.createBucket(b -> b.bucket(name));
        notify(name, destination, Event.S3_OBJECT_CREATED, Event.S3_OBJECT_REMOVED);
    }

    private static void notify(String bucket, String destination, Event... events) {
        alice.putBucketNotificationConfiguration(b -> b.bucket(bucket)
                .notificationConfiguration(c -> c.topicConfigurations(t -> t.id("texts")
                        .topicArn("arn:aws:sns:us-east-1:111111111111:" + destination)
                        .events(events)
                        .filter(f ->
                                f.key(k -> k.filterRules(r -> r.name("prefix").value("in/"), r -> r.name("suffix")
                                        .value(".txt")))))));
    }

    private static Courier courier(String name, Destination destination) {
        return new Courier(walrus.transactions(), new Outbox(BACKLOG), Clock.systemUTC(), name, destination, PATIENCE);
    }

    private static long waiting(String destination) {
        return walrus.transactions().call(session -> session.createNativeQuery(
                        "select count(*) from notification where destination = :destination", Long.class)
                .setParameter("destination", destination)
                .getSingleResult());
    }

    private static String refusal(Runnable call) {
        return assertThrows(S3Exception.class, call::run).awsErrorDetails().errorCode();
    }

    private static JsonObject event(String body) {
        return new JsonObject(body).getJsonArray("Records").getJsonObject(0);
    }

    private static String words(String body) {
        var event = event(body);
        return event.getString("eventName") + " "
                + event.getJsonObject("s3").getJsonObject("object").getString("key");
    }

    private static void await(BooleanSupplier done, java.util.function.Supplier<?> seen) throws InterruptedException {
        var end = Instant.now().plus(LIMIT);
        while (!done.getAsBoolean()) {
            assertTrue(Instant.now().isBefore(end), () -> "not within " + LIMIT + ", but: " + seen.get());
            Thread.sleep(50);
        }
    }
}
