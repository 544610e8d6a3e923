package io.coppice.ebs.copy;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;

/** Lets so many bytes through each second, over all who ask. Thread-safe. */
final class Pace {
    private static final long NANOS = Duration.ofSeconds(1).toNanos();

    private final long bytesPerSecond;
    private long next = System.nanoTime();

    /** @param bytesPerSecond 1 or more */
    Pace(long bytesPerSecond) {
        if (bytesPerSecond < 1) {
            throw new IllegalArgumentException("a pace is 1 byte each second or more");
        }
        this.bytesPerSecond = bytesPerSecond;
    }

    /** Returns when it is time for these bytes. */
    void await(long bytes) throws IOException {
        try {
            Thread.sleep(Duration.ofNanos(Math.max(0, reserve(bytes) - System.nanoTime())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a copy waited for its turn");
        }
    }

    /** When these bytes may begin. */
    private synchronized long reserve(long bytes) {
        var begin = Math.max(next, System.nanoTime());
        next = begin + (long) ((double) bytes / bytesPerSecond * NANOS);
        return begin;
    }
}
