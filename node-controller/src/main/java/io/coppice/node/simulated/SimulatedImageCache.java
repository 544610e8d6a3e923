package io.coppice.node.simulated;

import io.coppice.node.disk.DiskStore.CachedBase;
import io.coppice.node.image.ImageCache;
import io.coppice.node.image.ImageUnavailableException;
import io.coppice.node.simulated.SimulationPlan.Fault;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;

/** Images that are only names: nothing is downloaded or read. Thread-safe. */
final class SimulatedImageCache implements ImageCache {
    private static final int MAX_IMAGES = 256;

    private final SimulationPlan plan;
    private final FaultDice dice;
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock; hash to bytes, in order of last use.
    private final LinkedHashMap<String, Long> sizes = new LinkedHashMap<>(16, 0.75f, true);

    SimulatedImageCache(SimulationPlan plan) {
        this.plan = plan;
        this.dice = new FaultDice(plan);
    }

    @Override
    public CachedBase fetch(ImageSpec image, IntConsumer progress) throws IOException, InterruptedException {
        if (dice.strikes(Fault.IMAGE_DAMAGED, image.sha256())) {
            throw new ImageUnavailableException("simulated: the image's hash differs", false);
        }
        if (dice.strikes(Fault.IMAGE_UNAVAILABLE, image.sha256())) {
            throw new ImageUnavailableException("simulated: the image's source does not answer", true);
        }
        if (!touch(image.sha256())) {
            progress.accept(0);
            Thread.sleep(plan.fetchTime());
            keep(image);
        }
        progress.accept(100);
        return new CachedBase(image.sha256(), Path.of("simulated"), image.format());
    }

    @Override
    public List<String> cached(int limit) {
        lock.lock();
        try {
            return sizes.sequencedKeySet().reversed().stream().limit(limit).toList();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public long sizeBytes() {
        lock.lock();
        try {
            return sizes.values().stream().mapToLong(Long::longValue).sum();
        } finally {
            lock.unlock();
        }
    }

    private boolean touch(String sha256) {
        lock.lock();
        try {
            return sizes.get(sha256) != null;
        } finally {
            lock.unlock();
        }
    }

    private void keep(ImageSpec image) {
        lock.lock();
        try {
            sizes.put(image.sha256(), image.sizeBytes());
            if (sizes.size() > MAX_IMAGES) {
                sizes.pollFirstEntry();
            }
        } finally {
            lock.unlock();
        }
    }
}
