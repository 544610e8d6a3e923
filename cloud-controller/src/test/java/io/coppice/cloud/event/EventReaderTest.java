package io.coppice.cloud.event;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.cloud.front.TestRequests;
import io.coppice.cloud.store.TestDatabase;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** If this fails, followers of events miss changes that were committed late, see them twice, or in the wrong order. */
class EventReaderTest {
    private static final TestDatabase DATABASE = TestDatabase.start();
    private static final ChangeCause CAUSE = new ChangeCause("Test", "coppice", "", "a test");
    private static final int WRITERS = 8;
    private static final int CHANGES = 60;
    private static final int RESOURCES = 5;
    private static final Pattern COUNT = Pattern.compile("\"n\": ?(\\d+)");

    private final StoredEventLog log = new StoredEventLog(DATABASE, new EventSignal(), Clock.systemUTC());
    private final EventReader reader = new EventReader(DATABASE);

    @AfterAll
    static void stopDatabase() {
        DATABASE.close();
    }

    @BeforeEach
    void empty() {
        DATABASE.truncate("events");
    }

    @Test
    void aFollowerSeesEveryChangeOnceAndEachResourceInOrder() {
        var counters = new HashMap<String, Integer>();
        var done = new AtomicBoolean();
        List<Event> seen = new ArrayList<>();
        var start = reader.latest();
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            var writers = new ArrayList<Future<?>>();
            for (var writer = 0; writer < WRITERS; writer++) {
                var seed = 17L * writer;
                writers.add(executor.submit(() -> write(new Random(seed), counters)));
            }
            var follower = executor.submit(() -> follow(start, done, seen));
            for (var writer : writers) {
                assertFinished(writer);
            }
            done.set(true);
            assertFinished(follower);
        }
        var written = counters.values().stream().mapToInt(Integer::intValue).sum();
        assertEquals(written, seen.size());
        var ids = new HashSet<Long>();
        var last = new HashMap<String, Integer>();
        for (var event : seen) {
            assertTrue(ids.add(event.id()), "twice: " + event);
            var n = number(event);
            assertEquals(last.getOrDefault(event.resourceId(), 0) + 1, n, "out of order: " + event);
            last.put(event.resourceId(), n);
        }
    }

    /** Transactions that change several resources, each of which counts its changes under its own lock. */
    private void write(Random random, Map<String, Integer> counters) {
        for (var change = 0; change < CHANGES; change++) {
            var resources = new TreeSet<String>();
            for (var n = 0; n <= random.nextInt(3); n++) {
                resources.add("r-" + random.nextInt(RESOURCES));
            }
            DATABASE.run(entities -> {
                // A transaction that has its number long before it gets to the resource.
                log.append(
                        CAUSE,
                        "other.changed",
                        "own-" + Thread.currentThread().threadId() + "-" + random.nextInt(),
                        TestRequests.BOB,
                        Map.of("n", 1));
                for (var resource : resources) {
                    entities.createNativeQuery(
                                    "select 1 from (select pg_advisory_xact_lock(hashtextextended(:name, 0))) l")
                            .setParameter("name", resource)
                            .getSingleResult();
                    int n;
                    synchronized (counters) {
                        n = counters.merge(resource, 1, Integer::sum);
                    }
                    log.append(CAUSE, "test.changed", resource, TestRequests.ALICE, Map.of("n", n));
                    if (random.nextInt(4) == 0) {
                        pause();
                    }
                }
            });
        }
    }

    private void follow(EventPosition start, AtomicBoolean done, List<Event> seen) {
        var position = start;
        while (true) {
            var last = done.get();
            // Through text, as a client that resumes would.
            var batch = reader.read(EventPosition.parse(position.toString()), Optional.of(TestRequests.ALICE), 7);
            seen.addAll(batch.events());
            position = batch.next();
            if (last && !batch.more() && batch.events().isEmpty()) {
                return;
            }
        }
    }

    @Test
    void historyIsReadInPages() {
        DATABASE.run(entities -> {
            for (var n = 1; n <= 25; n++) {
                log.append(CAUSE, "test.changed", "r", TestRequests.ALICE, Map.of("n", n));
            }
        });
        var position = EventPosition.START;
        var numbers = new ArrayList<Integer>();
        EventReader.Batch batch;
        do {
            batch = reader.read(position, Optional.empty(), 10);
            batch.events().forEach(event -> numbers.add(number(event)));
            position = batch.next();
        } while (batch.more());
        assertEquals(25, numbers.size());
        assertEquals(List.of(1, 2, 3), numbers.subList(0, 3));
        assertTrue(reader.read(reader.latest(), Optional.empty(), 10).events().isEmpty());
    }

    @Test
    void eventsOfAnotherAccountAreNotSeen() {
        DATABASE.run(entities -> log.append(CAUSE, "test.changed", "r", TestRequests.BOB, Map.of()));
        assertTrue(reader.read(EventPosition.START, Optional.of(TestRequests.ALICE), 10)
                .events()
                .isEmpty());
        assertEquals(
                1,
                reader.read(EventPosition.START, Optional.of(TestRequests.BOB), 10)
                        .events()
                        .size());
    }

    @Test
    void aChangeThatIsRolledBackLeavesNoEvent() {
        assertThrows(
                IllegalStateException.class,
                () -> DATABASE.run(entities -> {
                    log.append(CAUSE, "test.changed", "r", TestRequests.ALICE, Map.of());
                    throw new IllegalStateException("no");
                }));
        assertTrue(
                reader.read(EventPosition.START, Optional.empty(), 10).events().isEmpty());
    }

    @Test
    void anEventOutsideOfATransactionIsRefused() {
        assertThrows(
                IllegalStateException.class,
                () -> log.append(CAUSE, "test.changed", "r", TestRequests.ALICE, Map.of()));
    }

    @Test
    void oldEventsGo() {
        DATABASE.run(entities -> {
            for (var n = 1; n <= 10; n++) {
                log.append(CAUSE, "test.changed", "r", TestRequests.ALICE, Map.of("n", n));
            }
        });
        assertEquals(7, new EventRetention(DATABASE, Duration.ofDays(7), 3, Clock.systemUTC()).run());
        assertEquals(
                3,
                new EventRetention(
                                DATABASE, Duration.ofDays(7), 100, Clock.offset(Clock.systemUTC(), Duration.ofDays(8)))
                        .run());
        assertFalse(reader.read(EventPosition.START, Optional.empty(), 10).more());
    }

    private static int number(Event event) {
        var matcher = COUNT.matcher(event.facts());
        assertTrue(matcher.find(), event.facts());
        return Integer.parseInt(matcher.group(1));
    }

    private static void assertFinished(Future<?> future) {
        try {
            future.get(2, java.util.concurrent.TimeUnit.MINUTES);
        } catch (InterruptedException
                | java.util.concurrent.ExecutionException
                | java.util.concurrent.TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    private static void pause() {
        java.util.concurrent.locks.LockSupport.parkNanos(Duration.ofMillis(2).toNanos());
    }
}
