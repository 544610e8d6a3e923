package io.coppice.node.image.serve;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Bytes per second, with what was not used within a tenth of a second. Who takes more than there is waits, in the order of
 * arrival. Thread-safe.
 */
public final class RateLimit {
    private static final long NANOS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);
    private static final long SAVED_NANOS = NANOS_PER_SECOND / 10;

    private final long bytesPerSecond;
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock: when all that was taken has come.
    private long paidUntil = System.nanoTime();

    /** @param bytesPerSecond the limit; 0 for none */
    public RateLimit(long bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** Returns when these bytes may have been sent. */
    public void take(int bytes) throws InterruptedException {
        if (bytesPerSecond == 0) {
            return;
        }
        long wait;
        lock.lock();
        try {
            var now = System.nanoTime();
            if (paidUntil - now < -SAVED_NANOS) {
                paidUntil = now - SAVED_NANOS;
            }
            paidUntil += (long) ((double) bytes * NANOS_PER_SECOND / bytesPerSecond);
            wait = paidUntil - now;
        } finally {
            lock.unlock();
        }
        if (wait > 0) {
            TimeUnit.NANOSECONDS.sleep(wait);
        }
    }
}
