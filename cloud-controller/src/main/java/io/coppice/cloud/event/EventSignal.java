package io.coppice.cloud.event;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Wakes readers of this process when events were written. Only a hint: a reader looks again after a while anyway, for what
 * other processes wrote and for what was not yet committed when it was woken. Thread-safe.
 */
@ApplicationScoped
public class EventSignal {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long count;

    /** Something was written; its transaction may still be open. */
    public void written() {
        lock.lock();
        try {
            count++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** How often {@link #written} was called: take it before reading and pass it to {@link #await}. */
    public long count() {
        lock.lock();
        try {
            return count;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until something was written after {@code seen} was taken, at most this long. */
    public void await(long seen, Duration most) throws InterruptedException {
        var nanos = most.toNanos();
        lock.lock();
        try {
            while (count == seen && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The pause between two looks that nobody asked for. */
    public static final Duration LOOK_EVERY = Duration.ofSeconds(1);
}
