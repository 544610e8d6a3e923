package io.coppice.node.image;

import io.coppice.node.disk.DiskStore.CachedBase;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.IntConsumer;

/** One download that several instances wait for. It goes on when one of them gives up. Thread-safe. */
final class SharedDownload {
    private final List<IntConsumer> watchers = new CopyOnWriteArrayList<>();
    private final AtomicBoolean started = new AtomicBoolean();
    private final FutureTask<CachedBase> task;
    private final long sizeBytes;
    private volatile int percent;

    /** @param sizeBytes of the whole image */
    SharedDownload(long sizeBytes, Work work) {
        this.sizeBytes = sizeBytes;
        this.task = new FutureTask<>(() -> work.run(this::report));
    }

    void watch(IntConsumer progress) {
        watchers.add(progress);
    }

    private void report(int reached) {
        percent = reached;
        watchers.forEach(watcher -> watcher.accept(reached));
    }

    long sizeBytes() {
        return sizeBytes;
    }

    int percent() {
        return percent;
    }

    /** What the download brings; the first caller sets it going. */
    CachedBase result() throws InterruptedException, ExecutionException {
        if (started.compareAndSet(false, true)) {
            Thread.ofVirtual().name("image-download").start(task);
        }
        return task.get();
    }

    /** The download itself. */
    @FunctionalInterface
    interface Work {
        CachedBase run(IntConsumer progress) throws IOException, InterruptedException;
    }
}
