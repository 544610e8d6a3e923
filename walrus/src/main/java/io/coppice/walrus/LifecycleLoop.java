package io.coppice.walrus;

import io.coppice.walrus.lifecycle.LifecycleRun;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Carries out lifecycle rules again and again on a thread of its own; a failed run is logged and the next one goes on. */
final class LifecycleLoop implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(LifecycleLoop.class);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(3);

    private final LifecycleRun rules;
    private final Duration pause;
    private final Clock clock;
    private final Thread thread;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile String summary = "not run yet";

    LifecycleLoop(LifecycleRun rules, Duration pause, Clock clock) {
        this.rules = rules;
        this.pause = pause;
        this.clock = clock;
        this.thread = Thread.ofVirtual().name("walrus-lifecycle").unstarted(this::loop);
    }

    void start() {
        thread.start();
    }

    /** How the last run went. */
    String summary() {
        return summary;
    }

    @Override
    public void close() {
        // Not by interrupt: that would cut a database connection in the middle of a statement.
        stopped.countDown();
        try {
            if (!thread.join(STOP_LIMIT)) {
                LOG.info("a run of the lifecycle rules is still going on");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void loop() {
        do {
            try {
                summary = clock.instant() + ": removed " + rules.run() + " versions and uploads";
            } catch (Exception e) {
                // The boundary of the loop: whatever failed, the next run looks at everything again.
                LOG.warn("lifecycle rules could not be carried out; tried again in " + pause, e);
                summary = clock.instant() + ": failed, " + e.getMessage();
            }
        } while (!awaitStop());
    }

    private boolean awaitStop() {
        try {
            return stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
