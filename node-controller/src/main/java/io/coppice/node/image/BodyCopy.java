package io.coppice.node.image;

import io.coppice.node.image.serve.RateLimit;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntConsumer;
import org.jboss.logging.Logger;

/** Brings the body of an answer into a file, and gives a source up that sends nothing, or too little. Thread-safe. */
final class BodyCopy {
    private static final Logger LOG = Logger.getLogger(BodyCopy.class);
    private static final int BUFFER_BYTES = 256 << 10;

    private final Pace pace;
    private final RateLimit rate;

    /**
     * What a source must keep to.
     *
     * @param stallLimit the longest silence
     * @param leastBytesPerSecond what it must send while it is waited for, once that was a stall limit in all; 0 for anything
     */
    record Pace(Duration stallLimit, long leastBytesPerSecond) {}

    /** @param rate what all copies together keep to */
    BodyCopy(Pace pace, RateLimit rate) {
        this.pace = pace;
        this.rate = rate;
    }

    /** Returns at the end of the body. Throws {@link ImageUnavailableException} when it breaks off or is given up. */
    void run(InputStream body, PartFile part, boolean fromStore, IntConsumer progress)
            throws IOException, InterruptedException {
        var buffer = new byte[BUFFER_BYTES];
        var lastByte = new AtomicLong(System.nanoTime());
        var done = new AtomicBoolean();
        Thread.ofVirtual().name("image-stall-watch").start(() -> watch(body, lastByte, done));
        long waited = 0;
        long came = 0;
        try {
            while (true) {
                var begun = System.nanoTime();
                lastByte.set(begun);
                int count = read(body, buffer);
                if (count < 0) {
                    return;
                }
                waited += System.nanoTime() - begun;
                came += count;
                requirePace(waited, came);
                rate.take(count);
                part.add(buffer, count, fromStore);
                progress.accept(part.percent());
            }
        } finally {
            done.set(true);
        }
    }

    private void requirePace(long waitedNanos, long cameBytes) throws ImageUnavailableException {
        var due = (double) waitedNanos / Duration.ofSeconds(1).toNanos() * pace.leastBytesPerSecond();
        if (waitedNanos > pace.stallLimit().toNanos() && cameBytes < due) {
            throw new ImageUnavailableException("the image comes too slowly", true);
        }
    }

    private static int read(InputStream body, byte[] buffer) throws ImageUnavailableException {
        try {
            return body.read(buffer);
        } catch (IOException e) {
            throw new ImageUnavailableException("the download broke off: " + e.getMessage(), true, e);
        }
    }

    private void watch(InputStream body, AtomicLong lastByte, AtomicBoolean done) {
        var limit = pace.stallLimit();
        try {
            while (!done.get()) {
                Thread.sleep(Math.max(10, limit.toMillis() / 10));
                if (!done.get() && System.nanoTime() - lastByte.get() > limit.toNanos()) {
                    LOG.warnf("an image's source sent nothing for %s: giving it up for now", limit);
                    body.close();
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.debug("a stalled download could not be closed", e);
        }
    }
}
