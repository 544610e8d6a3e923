package io.coppice.ebs.rbd;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;

/** Does the same to several things at once, since guests wait for the last of them. */
final class AtOnce {
    private AtOnce() {}

    /** What is done to one of them. */
    @FunctionalInterface
    interface Step<T> {
        void take(T each) throws IOException;
    }

    /** Returns when all were done; throws what the first of those that failed threw. */
    static <T> void all(Collection<T> of, Step<T> step) throws IOException {
        var running = new ArrayList<CompletableFuture<Void>>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var each : of) {
                var done = new CompletableFuture<Void>();
                running.add(done);
                threads.execute(() -> {
                    try {
                        step.take(each);
                        done.complete(null);
                    } catch (IOException e) {
                        done.completeExceptionally(e);
                    } finally {
                        // For an error that is none of Ceph's.
                        done.cancel(false);
                    }
                });
            }
        }
        for (var each : running) {
            try {
                each.join();
            } catch (CompletionException e) {
                if (e.getCause() instanceof IOException cause) {
                    throw cause;
                }
                throw e;
            }
        }
    }
}
