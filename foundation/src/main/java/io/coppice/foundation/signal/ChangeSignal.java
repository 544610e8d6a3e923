package io.coppice.foundation.signal;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Wakes those who wait for changes; what changed they read themselves. Thread-safe. */
public class ChangeSignal {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition raised = lock.newCondition();
    private long count;
    private boolean ended;

    /** No change comes any more: everybody is woken, and nobody waits again. */
    public void end() {
        lock.lock();
        try {
            ended = true;
            raised.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Whether it is over. */
    public boolean hasEnded() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    /** Wakes everybody. */
    public void raise() {
        lock.lock();
        try {
            count++;
            raised.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** How often it was raised so far. */
    public long count() {
        lock.lock();
        try {
            return count;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until it was raised more often than {@code seen}, has ended, or the time is over. */
    public void await(long seen, Duration limit) throws InterruptedException {
        lock.lock();
        try {
            var remaining = limit.toNanos();
            while (!ended && count <= seen && remaining > 0) {
                remaining = raised.awaitNanos(remaining);
            }
        } finally {
            lock.unlock();
        }
    }
}
