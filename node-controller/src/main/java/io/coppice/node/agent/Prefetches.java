package io.coppice.node.agent;

import io.coppice.node.image.ImageCache;
import io.coppice.node.image.ImageCache.Arrival;
import io.coppice.node.image.ImageUnavailableException;
import io.coppice.proto.compute.v1.ImageReference;
import io.coppice.proto.node.v1.ImageFetch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/**
 * Images that the operator wants on this host before an instance needs them: fetched behind everything else, a few at a time. Tells
 * how far each image is that is on its way, for whomever. Thread-safe.
 */
final class Prefetches implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Prefetches.class);
    /** Images that are waited for, and those that were given up, that are remembered. */
    private static final int MOST = 64;

    private static final int LONGEST_FAILURE = 256;
    private static final String TOO_MANY = "the host has " + MOST + " images to fetch already: try again later";

    private final ImageCache images;
    private final Executor executor;
    private final Pace pace;
    private final Semaphore room;
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock; by hash.
    private final Map<String, Integer> wanted = new LinkedHashMap<>();
    private final Map<String, String> failures = new LinkedHashMap<>();
    private volatile boolean closed;

    /**
     * How images are fetched.
     *
     * @param atOnce so many
     * @param attempts at one whose store is away
     * @param between two attempts, and two looks at an image that arrives for a guest
     */
    record Pace(int atOnce, int attempts, Duration between) {
        static final Pace USUAL = new Pace(2, 5, Duration.ofSeconds(5));
    }

    Prefetches(ImageCache images, Executor executor, Pace pace) {
        this.images = images;
        this.executor = executor;
        this.pace = pace;
        this.room = new Semaphore(pace.atOnce(), true);
    }

    /** Begins to fetch an image unless that is under way. Returns at once. */
    void begin(ImageReference image) {
        lock.lock();
        try {
            failures.remove(image.getSha256());
            if (wanted.containsKey(image.getSha256())) {
                return;
            }
            if (wanted.size() >= MOST) {
                failed(image, TOO_MANY);
                return;
            }
            wanted.put(image.getSha256(), 0);
        } finally {
            lock.unlock();
        }
        executor.execute(() -> run(image));
    }

    private void run(ImageReference image) {
        var failure = "";
        try {
            room.acquire();
            try {
                fetch(image);
            } finally {
                room.release();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            failure = "the host's agent ends";
        } catch (IOException | UncheckedIOException | IllegalArgumentException e) {
            failure = String.valueOf(e.getMessage());
            LOG.warnf("image %s, which the operator wants here, cannot be had: %s", image.getImageId(), failure);
        } finally {
            end(image, failure);
        }
    }

    private void fetch(ImageReference image) throws IOException, InterruptedException {
        var spec = BootImage.spec(image);
        for (int attempt = 1; !closed; attempt++) {
            while (images.arrival(spec.sha256()) == Arrival.COMING && !closed) {
                // Guests boot from it already: it is fetched for them.
                Thread.sleep(pace.between());
            }
            try {
                images.fetch(spec, percent -> reached(spec.sha256(), percent));
                return;
            } catch (ImageUnavailableException e) {
                if (!e.worthRetrying() || attempt >= pace.attempts()) {
                    throw e;
                }
                Thread.sleep(pace.between());
            }
        }
    }

    private void reached(String sha256, int percent) {
        lock.lock();
        try {
            wanted.computeIfPresent(sha256, (same, before) -> percent);
        } finally {
            lock.unlock();
        }
    }

    private void end(ImageReference image, String failure) {
        lock.lock();
        try {
            wanted.remove(image.getSha256());
            if (!failure.isEmpty()) {
                failed(image, failure);
            }
        } finally {
            lock.unlock();
        }
    }

    private void failed(ImageReference image, String failure) {
        if (failures.size() >= MOST) {
            failures.remove(failures.keySet().iterator().next());
        }
        failures.put(image.getSha256(), failure.substring(0, Math.min(failure.length(), LONGEST_FAILURE)));
    }

    /** Images that are on their way, and those that were given up, at most 64 of each. */
    List<ImageFetch> reports() {
        var reports = new ArrayList<ImageFetch>();
        var coming = new LinkedHashMap<>(images.coming());
        lock.lock();
        try {
            wanted.forEach(coming::putIfAbsent);
            failures.forEach((sha256, failure) -> reports.add(ImageFetch.newBuilder()
                    .setSha256(sha256)
                    .setFailure(failure)
                    .build()));
        } finally {
            lock.unlock();
        }
        coming.entrySet().stream()
                .limit(MOST)
                .map(image -> ImageFetch.newBuilder()
                        .setSha256(image.getKey())
                        .setPercent(image.getValue())
                        .build())
                .forEach(reports::add);
        return reports;
    }

    /** What is under way is left when its next byte comes, or its next attempt is due. */
    @Override
    public void close() {
        closed = true;
    }
}
