package io.coppice.ebs.transfer;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import org.jboss.logging.Logger;

/** Closes a stream whose reader hears nothing from it for too long, so that its read fails. Thread-safe. */
final class StallWatch implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(StallWatch.class);
    private static final int LOOKS = 10;

    private final InputStream stream;
    private final Duration limit;
    private final Thread thread;
    private volatile long heardAt = System.nanoTime();

    /** Begins to watch; a tenth of the limit is the pause between two looks. */
    StallWatch(InputStream stream, Duration limit) {
        this.stream = stream;
        this.limit = limit;
        this.thread = Thread.ofVirtual().name("transfer-stall-watch").start(this::watch);
    }

    /** Something came. */
    void heard() {
        heardAt = System.nanoTime();
    }

    private void watch() {
        try {
            while (System.nanoTime() - heardAt < limit.toNanos()) {
                Thread.sleep(limit.dividedBy(LOOKS));
            }
            LOG.infof("an object store sent nothing for %s: the transfer is given up for now", limit);
            stream.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.debug("a stalled stream could not be closed", e);
        }
    }

    /** Watches no more. */
    @Override
    public void close() {
        thread.interrupt();
    }
}
