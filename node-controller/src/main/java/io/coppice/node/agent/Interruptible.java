package io.coppice.node.agent;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Lets another thread break off a worker, but only where the worker said that it waits: an interrupt elsewhere would
 * close files under its hands. Thread-safe.
 */
final class Interruptible {
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private @Nullable Thread worker;
    private boolean brokenOff;

    /** A wait that may be broken off. */
    @FunctionalInterface
    interface Section<T> {
        T run() throws IOException, InterruptedException;
    }

    /** Runs the section; throws {@link InterruptedException} when {@link #breakOff} came before or comes during it. */
    <T> T during(Section<T> section) throws IOException, InterruptedException {
        enter();
        try {
            return section.run();
        } finally {
            leave();
        }
    }

    /** Breaks off the current wait, or the next one before {@link #rearm}. */
    void breakOff() {
        lock.lock();
        try {
            brokenOff = true;
            if (worker != null) {
                worker.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Forgets an earlier {@link #breakOff}: the worker now does what it was broken off for. */
    void rearm() {
        lock.lock();
        try {
            brokenOff = false;
        } finally {
            lock.unlock();
        }
    }

    private void enter() throws InterruptedException {
        lock.lock();
        try {
            if (brokenOff) {
                throw new InterruptedException("there is something newer to do");
            }
            worker = Thread.currentThread();
        } finally {
            lock.unlock();
        }
    }

    private void leave() {
        lock.lock();
        try {
            worker = null;
            // A break-off that came after the section's last wait must not reach what follows.
            if (brokenOff) {
                Thread.interrupted();
            }
        } finally {
            lock.unlock();
        }
    }
}
