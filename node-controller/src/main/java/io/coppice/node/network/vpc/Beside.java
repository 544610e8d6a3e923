package io.coppice.node.network.vpc;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Work that goes on beside its caller's, for things that do not depend on each other: starting a program of the host takes longer
 * than what it does. Whoever began it waits for its end; leaving the block does. Used by the thread that began it.
 */
final class Beside<T> implements AutoCloseable {
    /** Something that may take a while. */
    @FunctionalInterface
    interface Work {
        void run() throws IOException;
    }

    private final FutureTask<T> task;

    private Beside(Callable<T> work) {
        task = new FutureTask<>(work);
        Thread.ofVirtual().name("beside").start(task);
    }

    static <T> Beside<T> begin(Callable<T> work) {
        return new Beside<>(work);
    }

    static Beside<Boolean> begin(Work work) {
        return new Beside<>(() -> {
            work.run();
            return true;
        });
    }

    /** What it came to; throws {@link IOException} with the words of what it threw. */
    T result() throws IOException {
        try {
            return task.get();
        } catch (ExecutionException e) {
            var cause = e.getCause();
            throw new IOException(cause == null ? e.getMessage() : cause.getMessage(), cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while waiting for what went on beside", e);
        }
    }

    /** Waits for its end, however it ends. */
    @Override
    public void close() {
        var interrupted = false;
        while (!task.isDone()) {
            try {
                task.get();
            } catch (ExecutionException e) {
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
