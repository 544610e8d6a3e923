package io.coppice.ebs.rbd;

import io.coppice.foundation.id.VolumeId;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Does what takes as long as there is data, one thing after the other and beside everything else: removes the bytes of what was
 * deleted, makes volumes that lie over many others stand by themselves, and counts what volumes take. Thread-safe.
 */
final class RbdSweeper implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(RbdSweeper.class);
    /** How often all is looked at when nothing was deleted. */
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private final RbdImages images;
    private final int mostBelow;
    private final AtomicBoolean running = new AtomicBoolean();
    private volatile boolean dirty = true;
    private volatile long lookedNanos;
    private volatile Map<VolumeId, Long> used = Map.of();
    private volatile boolean closed;

    /** @param mostBelow over how many others a volume may lie; 1 or more */
    RbdSweeper(RbdImages images, int mostBelow) {
        this.images = images;
        this.mostBelow = mostBelow;
    }

    /** Something was deleted, or lies over more than before. */
    void expect() {
        dirty = true;
    }

    /** Begins a look, if one is due and none is under way. */
    void wake() {
        var due = dirty || System.nanoTime() - lookedNanos > PAUSE.toNanos();
        if (due && !closed && running.compareAndSet(false, true)) {
            Thread.ofVirtual().name("rbd-sweeper").start(() -> {
                try {
                    look();
                } catch (IOException e) {
                    LOG.warnf("the pool of volumes could not be put in order and will be again: %s", e.getMessage());
                    dirty = true;
                } finally {
                    lookedNanos = System.nanoTime();
                    running.set(false);
                }
            });
        }
    }

    /** Bytes that volumes took at the last look. */
    Map<VolumeId, Long> used() {
        return used;
    }

    private void look() throws IOException {
        dirty = false;
        flattenHighOnes();
        removeDiscarded();
        used = Map.copyOf(images.usedBytes());
    }

    private void flattenHighOnes() throws IOException {
        for (var volume : images.volumes().keySet()) {
            if (!closed && images.depth(volume.value()).orElse(0) > mostBelow) {
                LOG.debugf("%s is made to stand by itself", volume);
                images.flatten(volume.value());
            }
        }
    }

    /** Whatever lies over another one goes first. */
    private void removeDiscarded() throws IOException {
        var left = new ArrayDeque<>(images.discarded());
        var failures = 0;
        while (!left.isEmpty() && failures < left.size() && !closed) {
            var id = left.remove();
            if (images.removeDiscarded(id)) {
                failures = 0;
            } else {
                left.add(id);
                failures++;
            }
        }
    }

    /** Begins nothing more; what is under way ends by itself, and may end with this process. */
    @Override
    public void close() {
        closed = true;
    }
}
