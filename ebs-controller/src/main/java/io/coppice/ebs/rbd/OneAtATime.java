package io.coppice.ebs.rbd;

import java.util.concurrent.atomic.AtomicBoolean;

/** Work in the background that is not begun while it is under way. Thread-safe. */
final class OneAtATime {
    private final String name;
    private final Runnable work;
    private final AtomicBoolean running = new AtomicBoolean();

    /** Begins nothing yet; {@code name} is for dumps of threads. */
    OneAtATime(String name, Runnable work) {
        this.name = name;
        this.work = work;
    }

    /** Begins the work, or leaves it out if it is under way. */
    void begin() {
        if (running.compareAndSet(false, true)) {
            Thread.ofVirtual().name(name).start(() -> {
                try {
                    work.run();
                } finally {
                    running.set(false);
                }
            });
        }
    }
}
