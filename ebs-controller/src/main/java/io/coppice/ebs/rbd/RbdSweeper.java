package io.coppice.ebs.rbd;

import io.coppice.foundation.id.VolumeId;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jboss.logging.Logger;

/**
 * Does what takes as long as there is data, beside everything else: removes the bytes of what was deleted, makes volumes that lie
 * over many others stand by themselves, and counts what volumes take. Each of the three goes on however long the others
 * take. Thread-safe.
 */
final class RbdSweeper implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(RbdSweeper.class);
    /** How often what volumes take is counted, and the bin is looked into though nothing was deleted. */
    private static final Duration PAUSE = Duration.ofMinutes(1);
    /** How often all that is in the bin is tried, also what others lay over. */
    private static final Duration LONG_PAUSE = Duration.ofHours(1);

    private final Clock clock = Clock.systemUTC();
    private final RbdImages images;
    private final RbdBin bin;
    private final int mostBelow;
    private final RbdSnapshotDisks returning;
    private final OneAtATime removing = new OneAtATime("rbd-remover", this::remove);
    private final OneAtATime flattening = new OneAtATime("rbd-flattener", this::flattenHighOnes);
    private final OneAtATime counting = new OneAtATime("rbd-counter", this::count);
    /** Volumes that may lie over too many others; all of them at first. */
    private final Set<VolumeId> perhapsHigh = ConcurrentHashMap.newKeySet();

    private volatile boolean deleted = true;
    private volatile Instant nextCount = Instant.MIN;
    private volatile Instant nextOfAll = Instant.MIN;
    private volatile Map<VolumeId, Long> used = Map.of();
    private volatile boolean closed;

    /**
     * Begins nothing yet.
     *
     * @param mostBelow over how many others a volume may lie; 1 or more
     * @param present the volumes that are there
     * @param returning has what did not come back as a whole removed
     */
    RbdSweeper(RbdImages images, RbdBin bin, int mostBelow, Collection<VolumeId> present, RbdSnapshotDisks returning) {
        this.images = images;
        this.bin = bin;
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

    /** Begins what is due and not under way. */
    void wake() {
        if (closed) {
            return;
        }
        var now = clock.instant();
        if (now.isAfter(nextOfAll)) {
            nextOfAll = now.plus(LONG_PAUSE);
            bin.lookAtAll();
        }
        if (now.isAfter(nextCount)) {
            nextCount = now.plus(PAUSE);
            deleted = true;
            counting.begin();
        }
        if (deleted) {
            removing.begin();
        }
        if (!perhapsHigh.isEmpty()) {
            flattening.begin();
        }
    }

    /** Bytes that volumes took at the last look. */
    Map<VolumeId, Long> used() {
        return used;
    }

    private void count() {
        attempt(() -> used = Map.copyOf(images.usedBytes()));
        attempt(returning::sweep);
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

    private void flattenHighOnes() {
        for (var volume : perhapsHigh) {
            if (!closed && attempt(() -> flattenIfHigh(volume))) {
                perhapsHigh.remove(volume);
            }
        }
    }

    private void flattenIfHigh(VolumeId volume) throws IOException {
        var facts = images.facts(volume.value());
        if (facts.isPresent() && facts.get().below() > mostBelow) {
            LOG.debugf("%s is made to stand by itself", volume);
            var below = images.below(volume.value());
            images.flatten(volume.value());
            below.ifPresent(bin::free);
            deleted = true;
        }
    }

    private void remove() {
        deleted = false;
        attempt(() -> {
            if (bin.removeUnneeded()) {
                deleted = true;
            }
        });
    }

    /** Begins nothing more; what is under way ends by itself, and may end with this process. */
    @Override
    public void close() {
        closed = true;
        bin.close();
    }
}
