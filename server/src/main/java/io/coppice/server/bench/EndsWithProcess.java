package io.coppice.server.bench;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Something that must not outlive a measurement: it is ended when it is closed, or when this process is told to end before
 * that, by Ctrl+C or a time limit. It is ended once. Thread-safe.
 */
public final class EndsWithProcess implements AutoCloseable {
    private final Runnable end;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final Thread hook;

    /** Remembers how to end it; {@code end} may run on a thread of its own, while the measurement still goes on. */
    public EndsWithProcess(Runnable end) {
        this.end = end;
        this.hook = Thread.ofPlatform().name("end of a measurement").unstarted(this::endOnce);
        Runtime.getRuntime().addShutdownHook(hook);
    }

    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // This process is ending, and the hook runs: whoever is first ends it.
            endOnce();
            return;
        }
        endOnce();
    }

    private void endOnce() {
        if (ended.compareAndSet(false, true)) {
            end.run();
        }
    }
}
