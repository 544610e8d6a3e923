package io.coppice.cloud.network;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Wakes those who tell hosts of VPCs. Only a hint: the change may not be committed yet, and other processes are not heard,
 * so a reader looks again after a while anyway. Thread-safe.
 */
@ApplicationScoped
public class VpcSignal {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private long count;

    /** Some VPC was written; its transaction may still be open. */
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

    /** Waits until something changed after {@code seen} was taken, at most this long. */
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
