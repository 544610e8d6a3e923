package io.coppice.ebs.rbd;

import io.coppice.ebs.rbd.RbdImages.Removal;
import io.coppice.foundation.id.VolumeId;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Does what takes as long as there is data, one thing after the other and beside everything else: removes the bytes of what was
 * deleted, makes volumes that lie over many others stand by themselves, and counts what volumes take. Thread-safe.
 */
final class RbdSweeper implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(RbdSweeper.class);
    /** How often what volumes take is counted, and all that was deleted is looked at. */
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private final Clock clock = Clock.systemUTC();
    private final RbdImages images;
    private final int mostBelow;
    private final RbdSnapshotDisks returning;
    private final AtomicBoolean running = new AtomicBoolean();
    /** Volumes that may lie over too many others; all of them at first. */
    private final Set<VolumeId> perhapsHigh = ConcurrentHashMap.newKeySet();
    /** What was discarded and others still lie over. Only one look at a time reads it. */
    private volatile Set<String> needed = Set.of();

    private volatile boolean deleted = true;
    private volatile Optional<Instant> lookedAtAll = Optional.empty();
    private volatile Map<VolumeId, Long> used = Map.of();
    private volatile boolean closed;

    /**
     * Begins nothing yet.
     *
     * @param mostBelow over how many others a volume may lie; 1 or more
     * @param present the volumes that are there
     * @param returning has what did not come back as a whole removed
     */
    RbdSweeper(RbdImages images, int mostBelow, Collection<VolumeId> present, RbdSnapshotDisks returning) {
        this.images = images;
        this.returning = returning;
        this.mostBelow = mostBelow;
        perhapsHigh.addAll(present);
    }

    /** A volume was made that lies over others. */
    void made(VolumeId volume) {
        perhapsHigh.add(volume);
    }

    /** Something was deleted: its bytes are removed soon. */
    void deleted() {
        deleted = true;
        wake();
    }

    /** Begins a look, if one is due and none is under way. */
    void wake() {
        var due = deleted || !perhapsHigh.isEmpty() || isTimeForAll();
        if (due && !closed && running.compareAndSet(false, true)) {
            Thread.ofVirtual().name("rbd-sweeper").start(() -> {
                try {
                    look();
                } finally {
                    running.set(false);
                }
            });
        }
    }

    private boolean isTimeForAll() {
        return lookedAtAll.isEmpty() || lookedAtAll.get().plus(PAUSE).isBefore(clock.instant());
    }

    /** Bytes that volumes took at the last look. */
    Map<VolumeId, Long> used() {
        return used;
    }

    private void look() {
        var all = isTimeForAll();
        if (all) {
            lookedAtAll = Optional.of(clock.instant());
            needed = Set.of();
        }
        if (all || deleted) {
            deleted = false;
            if (!attempt(this::removeDiscarded)) {
                deleted = true;
            }
        }
        attempt(this::flattenHighOnes);
        if (all) {
            attempt(() -> used = Map.copyOf(images.usedBytes()));
            attempt(returning::sweep);
        }
    }

    /** One of the things that are done; false when it is to be done again. What fails holds up nothing else. */
    private boolean attempt(Step step) {
        try {
            step.take();
            return true;
        } catch (IOException e) {
            if (!closed) {
                LOG.warnf("the pool of volumes could not be put in order and will be again: %s", e.getMessage());
            }
            return false;
        }
    }

    @FunctionalInterface
    private interface Step {
        void take() throws IOException;
    }

    private void flattenHighOnes() throws IOException {
        for (var volume : perhapsHigh) {
            if (!closed && images.facts(volume.value()).map(ImageFacts::below).orElse(0) > mostBelow) {
                LOG.debugf("%s is made to stand by itself", volume);
                images.flatten(volume.value());
                // What it lay over may be needed by nothing now.
                needed = Set.of();
                deleted = true;
            }
            perhapsHigh.remove(volume);
        }
    }

    /** Whatever lies over another one goes first; what others were needed for is tried again when one has gone. */
    private void removeDiscarded() throws IOException {
        var left = new ArrayList<>(images.discarded());
        var open = new HashSet<String>();
        var tried = new ArrayList<>(left);
        tried.removeAll(needed);
        while (!tried.isEmpty() && !closed) {
            var outcomes = remove(tried);
            open.removeAll(tried);
            open.addAll(outcomes.getOrDefault(Removal.OPEN, List.of()));
            var gone = outcomes.getOrDefault(Removal.GONE, List.of());
            left.removeAll(gone);
            tried = gone.isEmpty() ? new ArrayList<>() : new ArrayList<>(left);
        }
        left.removeAll(open);
        needed = Set.copyOf(left);
        if (!open.isEmpty()) {
            deleted = true;
        }
    }

    private Map<Removal, List<String>> remove(List<String> ids) throws IOException {
        var outcomes = new EnumMap<Removal, List<String>>(Removal.class);
        for (var id : ids) {
            if (!closed) {
                outcomes.computeIfAbsent(images.removeDiscarded(id), outcome -> new ArrayList<>())
                        .add(id);
            }
        }
        return outcomes;
    }

    /** Begins nothing more; what is under way ends by itself, and may end with this process. */
    @Override
    public void close() {
        closed = true;
    }
}
