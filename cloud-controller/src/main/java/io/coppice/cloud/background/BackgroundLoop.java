package io.coppice.cloud.background;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Runs a pass again and again on one virtual thread: when signalled and at the latest after an interval. A pass takes no
 * input and looks for itself what there is to do, so a lost signal costs an interval and nothing else. Thread-safe.
 */
public final class BackgroundLoop {
    private static final Logger LOG = Logger.getLogger(BackgroundLoop.class);
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final String name;
    private final Duration interval;
    private final Runnable pass;
    private final Clock clock;
    private final Semaphore signals = new Semaphore(0);

    private volatile Status status = new Status(null, Duration.ZERO, "not yet run");
    private volatile @Nullable Thread thread;

    /** A loop that is not started yet. */
    public BackgroundLoop(String name, Duration interval, Runnable pass, Clock clock) {
        this.name = name;
        this.interval = interval;
        this.pass = pass;
        this.clock = clock;
    }

    /** Begins to run passes. */
    public synchronized void start() {
        if (thread == null) {
            // Known before it runs: the loop goes on only as long as it is the one that is known.
            var fresh = Thread.ofVirtual().name(name).unstarted(this::run);
            thread = fresh;
            fresh.start();
        }
    }

    /**
     * Lets a running pass end, interrupts it after 2 seconds (not at once: that would break the database connection it
     * uses), and waits for its end. Does nothing when not started.
     */
    public synchronized void stop() {
        var running = thread;
        thread = null;
        if (running == null) {
            return;
        }
        signals.release();
        try {
            if (running.join(GRACE)) {
                return;
            }
            running.interrupt();
            if (!running.join(GRACE)) {
                LOG.warnf("%s did not end within %s", name, GRACE.multipliedBy(2));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Asks for a pass soon. Never blocks. */
    public void signal() {
        signals.release();
    }

    /** How the last pass went. */
    public Status status() {
        return status;
    }

    private void run() {
        while (Thread.currentThread().equals(thread)) {
            runOnce();
            try {
                if (signals.tryAcquire(interval.toMillis(), TimeUnit.MILLISECONDS)) {
                    signals.drainPermits();
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** The named boundary of background work: whatever a pass throws is logged, and the next pass comes. */
    private void runOnce() {
        var begin = clock.instant();
        var result = "ok";
        try {
            pass.run();
        } catch (RuntimeException e) {
            result = String.valueOf(e.getMessage());
            LOG.warnf(e, "%s: this pass failed, the next comes in %s: %s", name, interval, e.getMessage());
        }
        status = new Status(begin, Duration.between(begin, clock.instant()), result);
    }

    /**
     * How a loop is.
     *
     * @param lastStart null before the first pass
     * @param result {@code ok}, or what went wrong
     */
    public record Status(@Nullable Instant lastStart, Duration lastDuration, String result) {}
}
