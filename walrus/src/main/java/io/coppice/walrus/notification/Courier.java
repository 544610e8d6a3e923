package io.coppice.walrus.notification;

import io.coppice.walrus.metadata.Transactions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.logging.Logger;

/**
 * Takes what waits in the outbox to one destination, on a thread of its own, so that a destination that is away holds up no
 * other. At least once: what a crash interrupts is told again. Thread-safe.
 */
public final class Courier implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Courier.class);
    private static final int BATCH = 10;
    private static final Duration LEASE = Duration.ofMinutes(2);
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(5);
    private static final int MOST_DOUBLINGS = 9;
    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

    private final Transactions transactions;
    private final Outbox outbox;
    private final Clock clock;
    private final String name;
    private final Destination destination;
    private final Patience patience;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final AtomicLong delivered = new AtomicLong();
    private final Thread thread;
    private volatile String trouble = "";

    /**
     * How often it is looked, and how long a message may wait.
     *
     * @param lookEvery how long nothing waits at most before it is told
     * @param giveUpAfter how old a message gets before it is dropped
     */
    public record Patience(Duration lookEvery, Duration giveUpAfter) {}

    /** Takes what is for {@code name} to {@code destination}, which it closes at its end. */
    public Courier(
            Transactions transactions,
            Outbox outbox,
            Clock clock,
            String name,
            Destination destination,
            Patience patience) {
        this.transactions = transactions;
        this.outbox = outbox;
        this.clock = clock;
        this.name = name;
        this.destination = destination;
        this.patience = patience;
        // The client of Kafka pins its thread for long, so it gets one of its own.
        this.thread =
                Thread.ofPlatform().daemon().name("walrus-courier-" + name).unstarted(this::loop);
    }

    /** Begins. */
    public void start() {
        thread.start();
    }

    /** How it goes, in words. */
    public String summary() {
        return name + ": " + delivered.get() + " told" + (trouble.isEmpty() ? "" : ", " + trouble);
    }

    @Override
    public void close() {
        stopped.countDown();
        try {
            if (!thread.join(STOP_LIMIT)) {
                LOG.infof("%s is still being told something", name);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void loop() {
        try {
            while (!awaitStop(patience.lookEvery())) {
                try {
                    tellAll();
                } catch (RuntimeException e) {
                    // The boundary of the loop: what waits is in the database, and is looked at again.
                    LOG.warnf(e, "what waits for %s could not be told; tried again", name);
                    trouble = String.valueOf(e.getMessage());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            destination.close();
        }
    }

    private void tellAll() throws InterruptedException {
        var old = transactions.call(
                session -> outbox.giveUp(session, clock.instant().minus(patience.giveUpAfter())));
        if (old > 0) {
            LOG.errorf("%d messages were not taken within %s and are dropped", old, patience.giveUpAfter());
        }
        while (stopped.getCount() > 0) {
            var waiting = transactions.call(session -> outbox.take(session, name, clock.instant(), LEASE, BATCH));
            if (waiting.isEmpty() || !tell(waiting)) {
                return;
            }
        }
    }

    /** False when not all were taken. */
    private boolean tell(List<Outbox.Waiting> waiting) throws InterruptedException {
        var outcome = destination.deliver(
                waiting.stream().map(Outbox.Waiting::message).toList());
        var ids = waiting.stream().map(Outbox.Waiting::id).toList();
        var left = waiting.subList(outcome.taken(), waiting.size());
        var next = clock.instant()
                .plus(left.isEmpty() ? Duration.ZERO : pause(left.getFirst().attempts()));
        transactions.call(session -> {
            outbox.done(session, ids.subList(0, outcome.taken()));
            outbox.postpone(session, ids.subList(outcome.taken(), ids.size()), next);
            return true;
        });
        delivered.addAndGet(outcome.taken());
        trouble = outcome.failure().orElse("");
        outcome.failure()
                .ifPresent(reason ->
                        LOG.warnf("%s does not take what it is told, tried again at %s: %s", name, next, reason));
        return left.isEmpty();
    }

    static Duration pause(int attempts) {
        var doubled = FIRST_PAUSE.multipliedBy(1L << Math.min(MOST_DOUBLINGS, Math.max(0, attempts - 1)));
        return doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
    }

    private boolean awaitStop(Duration pause) throws InterruptedException {
        return stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS);
    }
}
