package io.coppice.cloud.background;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Wakes readers of this process when something was written. Only a hint: the transaction may still be open, and what other
 * processes write is not heard, so a reader looks again after a while anyway. Thread-safe.
 */
public class ChangeSignal {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long count;

    /** Something was written. */
    public void changed() {
        lock.lock();
        try {
            count++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** How often {@link #changed} was called: take it before reading and pass it to {@link #await}. */
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
}
