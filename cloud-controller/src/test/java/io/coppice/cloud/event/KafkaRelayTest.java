package io.coppice.cloud.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.store.TestDatabase;
import io.coppice.support.KafkaBroker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * If this fails, what other people's software reads in Kafka is not what happened in the cloud: events are lost, come in
 * the wrong order or under the wrong key, or come all over again after a restart. Runs against a real broker.
 */
@Tag("full")
class KafkaRelayTest {
    private static final TestDatabase DATABASE = TestDatabase.start();
    private static final ChangeCause CAUSE = new ChangeCause("Test", "coppice", "", "a test");
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int RESOURCES = 7;

    @TempDir
    private static Path folder;

    private static final int PARTITIONS = 3;
    private static KafkaBroker broker;

    private final EventSignal signal = new EventSignal();
    private final EventReader reader = new EventReader(DATABASE);
    private final StoredEventLog log = new StoredEventLog(DATABASE, signal, Clock.systemUTC());
    private final String prefix = "t" + Long.toHexString(System.nanoTime()) + ".";
    private KafkaRelay relay = relay();

    @BeforeAll
    static void startBroker() throws IOException {
        broker = new KafkaBroker(folder, PARTITIONS);
        broker.start();
    }

    @AfterAll
    static void stopAll() {
        broker.close();
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        DATABASE.truncate("events", "event_cursors");
    }

    @AfterEach
    void stopRelay() {
        relay.stop();
    }

    @Test
    void kafkaHoldsExactlyWhatHappenedInOrderOfEachResource() {
        write("instance.state-changed", 1, 400);
        relay.start();
        write("volume.created", 401, 450);
        write("instance.state-changed", 451, 500);
        eventually(this::caughtUp);

        var instances = broker.records(prefix + "instance");
        assertEquals(450, instances.size());
        assertEquals(50, broker.records(prefix + "volume").size());
        assertEquals(new HashSet<>(outbox("instance")), new HashSet<>(values(instances)));
        for (var resource = 0; resource < RESOURCES; resource++) {
            var key = "r-" + resource;
            var of = instances.stream().filter(each -> key.equals(each.key())).toList();
            assertEquals(
                    outbox("instance").stream()
                            .filter(each -> each.contains('"' + key + '"'))
                            .toList(),
                    values(of));
            assertEquals(
                    1,
                    of.stream().map(ConsumerRecord::partition).distinct().count(),
                    "one resource lies in one partition");
        }
    }

    @Test
    void aRelayThatStartsAnewGoesOnWhereItWas() {
        relay.start();
        write("instance.state-changed", 1, 20);
        eventually(this::caughtUp);
        relay.stop();
        write("instance.state-changed", 21, 30);
        relay = relay();
        relay.start();
        eventually(this::caughtUp);
        var seen = numbers(broker.records(prefix + "instance"));
        assertEquals(30, seen.size(), "none twice: " + seen);
        assertEquals(30, new HashSet<>(seen).size(), "none lost: " + seen);
    }

    @Test
    void whileTheBrokerIsAwayNothingIsLost() {
        relay.start();
        write("instance.state-changed", 1, 20);
        eventually(this::caughtUp);
        broker.stop();
        var before = cursor();
        try {
            write("instance.state-changed", 21, 60);
            // Long enough that the first attempt is over and another one was begun.
            eventually(() -> relay.failures() >= 2);
            assertEquals(before, cursor(), "what no broker has acknowledged is still to be sent");
        } finally {
            broker.start();
        }
        eventually(this::caughtUp);
        var records = broker.records(prefix + "instance");
        for (var resource = 0; resource < RESOURCES; resource++) {
            var key = "r-" + resource;
            var seen = numbers(
                    records.stream().filter(each -> key.equals(each.key())).toList());
            assertEquals(seen.stream().sorted().toList(), seen, "in order");
        }
        assertEquals(60, new HashSet<>(numbers(records)).size());
    }

    private KafkaRelay relay() {
        return new KafkaRelay(DATABASE, reader, signal, new ToBroker(prefix), new KafkaRelay.Leadership() {
            @Override
            public boolean hold() {
                return true;
            }

            @Override
            public void giveBack() {
                // Nobody else wants it.
            }
        });
    }

    private void write(String kind, int from, int to) {
        for (var n = from; n <= to; n++) {
            var number = n;
            DATABASE.run(entities ->
                    log.append(CAUSE, kind, "r-" + number % RESOURCES, TestRequests.ALICE, Map.of("n", number)));
        }
    }

    private boolean caughtUp() {
        return reader.read(EventPosition.parse(cursor()), Optional.empty(), 1)
                .events()
                .isEmpty();
    }

    private static String cursor() {
        return DATABASE.call(entities -> {
            var kept = entities.createNativeQuery(
                            "select position from {h-schema}event_cursors where name = 'kafka'", String.class)
                    .getResultList();
            return kept.isEmpty() ? EventPosition.START.toString() : (String) kept.getFirst();
        });
    }

    /** The outbox's rows of one family as they should be in Kafka, oldest first. */
    private List<String> outbox(String family) {
        var all = new ArrayList<String>();
        var position = EventPosition.START;
        EventReader.Batch batch;
        do {
            batch = reader.read(position, Optional.empty(), 100);
            batch.events().stream()
                    .filter(each -> each.family().equals(family))
                    .map(Event::json)
                    .forEach(all::add);
            position = batch.next();
        } while (batch.more());
        return all;
    }

    private static List<String> values(List<ConsumerRecord<String, String>> records) {
        return records.stream().map(ConsumerRecord::value).toList();
    }

    private static List<Integer> numbers(List<ConsumerRecord<String, String>> records) {
        return records.stream().map(KafkaRelayTest::number).toList();
    }

    private static int number(ConsumerRecord<String, String> sent) {
        try {
            return JSON.readTree(sent.value()).path("facts").path("n").asInt();
        } catch (JsonProcessingException e) {
            throw new AssertionError(sent.value(), e);
        }
    }

    private static void eventually(BooleanSupplier condition) {
        var deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "not within " + PATIENCE);
            java.util.concurrent.locks.LockSupport.parkNanos(
                    Duration.ofMillis(100).toNanos());
        }
    }

    /** Short time limits, so that an outage is noticed during a test. */
    private record ToBroker(String topicPrefix) implements KafkaConfig {
        @Override
        public Optional<String> bootstrapServers() {
            return Optional.of(broker.address());
        }

        @Override
        public Duration deliveryTimeout() {
            return Duration.ofSeconds(4);
        }

        @Override
        public Map<String, String> producer() {
            return Map.of("max.block.ms", "3000", "reconnect.backoff.max.ms", "500");
        }
    }
}
