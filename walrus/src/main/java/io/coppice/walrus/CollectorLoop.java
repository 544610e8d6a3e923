package io.coppice.walrus;

import io.coppice.walrus.metadata.BlobCollector;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Runs the collector again and again on a thread of its own; a failed run is logged and the next one repairs it. */
final class CollectorLoop implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(CollectorLoop.class);
    private static final int ORPHANS_EVERY_RUNS = 60;
    private static final Duration STOP_LIMIT = Duration.ofSeconds(3);

    private final BlobCollector collector;
    private final Duration pause;
    private final Clock clock;
    private final Thread thread;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile String summary = "not run yet";

    CollectorLoop(BlobCollector collector, Duration pause, Clock clock) {
        this.collector = collector;
        this.pause = pause;
        this.clock = clock;
        this.thread = Thread.ofVirtual().name("walrus-collector").unstarted(this::loop);
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
                LOG.info("a run of the collector is still going on");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void loop() {
        for (int run = 0; run == 0 || !awaitStop(); run++) {
            try {
                var removed = collector.collectUnreferenced();
                if (run % ORPHANS_EVERY_RUNS == 0) {
                    removed += collector.collectOrphans();
                }
                summary = clock.instant() + ": removed " + removed + " blobs";
            } catch (Exception e) {
                // The boundary of the loop: whatever failed, the next run looks at everything again.
                LOG.warn("unused bytes could not be collected; tried again in " + pause, e);
                summary = clock.instant() + ": failed, " + e.getMessage();
            }
        }
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
