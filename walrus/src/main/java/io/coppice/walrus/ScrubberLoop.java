package io.coppice.walrus;

import io.coppice.walrus.metadata.BlobChecks;
import io.coppice.walrus.metadata.Scrubber;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Runs the scrubber again and again on a thread of its own, never faster than so many bytes a second; a failed run is
 * logged and the next one goes on where it ended.
 */
final class ScrubberLoop implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ScrubberLoop.class);
    private static final Duration PAUSE = Duration.ofMinutes(10);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(3);
    private static final int LISTED = 20;
    private static final long MIB = 1024L * 1024;

    private final Scrubber scrubber;
    private final BlobChecks checks;
    private final long bytesPerSecond;
    private final Clock clock;
    private final Thread thread;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private volatile String summary = "not run yet";
    private volatile String damaged = "";
    private volatile long readBytes;

    ScrubberLoop(Scrubber scrubber, BlobChecks checks, long bytesPerSecond, Clock clock) {
        this.scrubber = scrubber;
        this.checks = checks;
        this.bytesPerSecond = Math.max(1, bytesPerSecond);
        this.clock = clock;
        this.thread = Thread.ofVirtual().name("walrus-scrubber").unstarted(this::loop);
    }

    void start() {
        thread.start();
    }

    /** How the last run went, and how far the present one is. */
    String summary() {
        return summary + ", " + readBytes / MIB + " MiB read since the start";
    }

    /** Damaged blobs with the objects that they belong to, one a line, as of the last run; empty when there is none. At most 20. */
    String damaged() {
        return damaged;
    }

    private String list() {
        return checks.damaged(LISTED).stream()
                .map(each -> "%s since %s: %s, blob %s"
                        .formatted(
                                each.object().orElse("an upload or an image"), each.since(), each.damage(), each.id()))
                .collect(Collectors.joining("\n"));
    }

    @Override
    public void close() {
        // Not by interrupt: that would cut a database connection in the middle of a statement.
        stopped.countDown();
        try {
            if (!thread.join(STOP_LIMIT)) {
                LOG.info("a run of the scrubber is still going on");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void loop() {
        do {
            try {
                damaged = list();
                var backlog = scrubber.backlog();
                summary = "%s: %d blobs of %d MiB to read"
                        .formatted(clock.instant(), backlog.blobs(), backlog.bytes() / MIB);
                var run = scrubber.run(this::keepPace);
                summary = "%s: read %d blobs of %d MiB, %d damaged"
                        .formatted(clock.instant(), run.blobs(), run.bytes() / MIB, run.damaged());
                damaged = list();
            } catch (Exception e) {
                // The boundary of the loop: whatever failed, the next run goes on with what is due.
                LOG.warn("blobs could not be read back; tried again in " + PAUSE, e);
                summary = clock.instant() + ": failed, " + e.getMessage();
            }
        } while (!awaitStop(PAUSE));
    }

    private boolean keepPace(long bytes) {
        readBytes += bytes;
        return !awaitStop(Duration.ofNanos((long) (1e9 * bytes / bytesPerSecond)));
    }

    private boolean awaitStop(Duration time) {
        try {
            return stopped.await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }
}
