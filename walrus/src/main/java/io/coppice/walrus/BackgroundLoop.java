package io.coppice.walrus;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Does one kind of work again and again on a thread of its own; a run that fails is logged, and the next one goes on with
 * what is due. Thread-safe.
 */
final class BackgroundLoop implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(BackgroundLoop.class);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(3);

    private final String name;
    private final Work work;
    private final Duration pause;
    private final Clock clock;
    private final Thread thread;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile String summary = "not run yet";

    /** What is done in each run. */
    @FunctionalInterface
    interface Work {
        /** Does what is due and says in a few words what that was. {@code loop} paces long runs and is told how far they are. */
        String run(BackgroundLoop loop) throws Exception;
    }

    private BackgroundLoop(String name, Work work, Duration pause, Clock clock) {
        this.name = name;
        this.work = work;
        this.pause = pause;
        this.clock = clock;
        this.thread = Thread.ofVirtual().name("walrus-" + name).unstarted(this::loop);
    }

    /** Begins with the first run; {@code pause} lies between the end of a run and the next one. */
    static BackgroundLoop start(String name, Duration pause, Clock clock, Work work) {
        var loop = new BackgroundLoop(name, work, pause, clock);
        loop.thread.start();
        return loop;
    }

    /** How the last run went, or how far the present one is. */
    String summary() {
        return summary;
    }

    /** Says how far the present run is. */
    void tell(String progress) {
        summary = clock.instant() + ": " + progress;
    }

    /** Waits; true when the loop is to end, which is then known at once. */
    boolean awaitStop(Duration time) {
        try {
            return stopped.await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Ends after the present run, for which it waits a little. */
    @Override
    public void close() {
        // Not by interrupt: that would cut a database connection in the middle of a statement.
        stopped.countDown();
        try {
            if (!thread.join(STOP_LIMIT)) {
                LOG.infof("a run of the %s is still going on", name);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void loop() {
        do {
            try {
                tell(work.run(this));
            } catch (Exception e) {
                // The boundary of the loop: whatever failed, the next run looks at everything again.
                LOG.warnf(e, "a run of the %s failed; tried again in %s", name, pause);
                tell("failed, " + e.getMessage());
            }
        } while (!awaitStop(pause));
    }
}
