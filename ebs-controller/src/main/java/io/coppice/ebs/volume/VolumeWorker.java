package io.coppice.ebs.volume;

import io.coppice.ebs.backend.NoCapacityException;
import io.coppice.ebs.backend.NoSuchSnapshotException;
import io.coppice.ebs.backend.VolumeBackend;
import io.coppice.ebs.backend.VolumeConflictException;
import io.coppice.foundation.id.VolumeId;
import io.coppice.foundation.signal.ChangeSignal;
import java.io.IOException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Makes volumes what they should be. Woken by a signal or by time it looks at all that is unfinished, so that work which
 * a crash cut off is simply found again; one volume is worked on by one thread at a time.
 */
public final class VolumeWorker implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(VolumeWorker.class);
    private static final long BYTES_PER_GIB = 1L << 30;
    private static final int BATCH = 256;
    private static final Duration STOP_LIMIT = Duration.ofSeconds(3);

    private final Transactions transactions;
    private final Volumes volumes;
    private final SnapshotWork snapshots;
    private final VolumeBackend backend;
    private final ChangeSignal changes;
    private final Duration scanEvery;
    private final int maxConcurrent;
    private final Semaphore wake = new Semaphore(0);
    private final Semaphore slots;
    private final Set<VolumeId> busy = ConcurrentHashMap.newKeySet();
    private final Thread thread;
    private volatile boolean stopping;
    /** Volumes that are not yet served again after a start; only the loop's thread looks at it. */
    private @Nullable Set<VolumeId> unserved;

    private volatile String summary = "not run yet";

    /**
     * Works on {@code backend}.
     *
     * @param snapshots brought to an end in passing
     * @param scanEvery how often it looks without being woken; also the pause before work that failed is done again
     * @param maxConcurrent how many volumes are worked on at a time
     */
    public VolumeWorker(
            Transactions transactions,
            Volumes volumes,
            SnapshotWork snapshots,
            VolumeBackend backend,
            ChangeSignal changes,
            Duration scanEvery,
            int maxConcurrent) {
        this.transactions = transactions;
        this.volumes = volumes;
        this.snapshots = snapshots;
        this.backend = backend;
        this.changes = changes;
        this.scanEvery = scanEvery;
        this.maxConcurrent = maxConcurrent;
        this.slots = new Semaphore(maxConcurrent);
        this.thread = Thread.ofVirtual().name("ebs-worker").unstarted(this::loop);
    }

    /** Begins. */
    public void start() {
        thread.start();
    }

    /** Says that something is to be done. */
    public void wake() {
        wake.release();
    }

    /** How the last look went. */
    public String summary() {
        return summary;
    }

    /** Stops looking and gives running work a moment to end. */
    @Override
    public void close() {
        // Not by interrupt: that would cut a database connection in the middle of a statement.
        stopping = true;
        wake();
        try {
            if (thread.isAlive() && !thread.join(STOP_LIMIT)) {
                LOG.info("a look at the volumes is still going on");
            }
            if (!slots.tryAcquire(maxConcurrent, STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.info("volumes that are being worked on are finished after the next start");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void loop() {
        while (!stopping) {
            try {
                serveAgain();
                snapshots.catchUp();
                tidy();
                var todo = transactions.call(session -> volumes.unfinished(session, BATCH));
                summary = todo.size() + " volumes to be worked on";
                for (var row : todo) {
                    if (!stopping) {
                        dispatch(row);
                    }
                }
                wake.tryAcquire(scanEvery.toMillis(), TimeUnit.MILLISECONDS);
                wake.drainPermits();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (Exception e) {
                // The boundary of the loop: the database may be away; the next look finds the same work.
                LOG.warn("volumes to be worked on could not be read", e);
                summary = "failed: " + e.getMessage();
                if (!pause()) {
                    return;
                }
            }
        }
    }

    /** After a start: what was served is found where it still is, and served again where it is not. */
    private void serveAgain() {
        var rows = transactions.call(volumes::served);
        var left = unserved;
        if (left == null) {
            left = rows.stream().map(VolumeRow::volumeId).collect(Collectors.toSet());
            unserved = left;
        }
        for (var row : rows) {
            if (left.contains(row.volumeId()) && busy.add(row.volumeId())) {
                try {
                    backend.serve(row.volumeId(), row.grants());
                    left.remove(row.volumeId());
                } catch (IOException e) {
                    LOG.errorf(e, "%s is not served again yet; its guest waits for it", row.volumeId());
                } finally {
                    busy.remove(row.volumeId());
                }
            }
        }
    }

    private void tidy() {
        try {
            backend.tidy();
        } catch (IOException e) {
            LOG.warnf(e, "volumes could not be put in order; tried again in %s", scanEvery);
        }
    }

    private void dispatch(VolumeRow row) throws InterruptedException {
        if (!busy.add(row.volumeId())) {
            return;
        }
        slots.acquire();
        Thread.ofVirtual().name("ebs-" + row.volumeId()).start(() -> {
            var settled = false;
            try {
                settled = work(row);
            } catch (Exception e) {
                // The boundary of one volume's work: it stays unfinished, and the next look does it again.
                LOG.warnf(e, "%s could not be worked on; tried again in %s", row.volumeId(), scanEvery);
            } finally {
                slots.release();
                busy.remove(row.volumeId());
                if (settled) {
                    // Something else may have been asked for while this was done.
                    wake();
                }
            }
        });
    }

    private boolean work(VolumeRow seen) throws IOException {
        var current = transactions.call(session -> volumes.find(session, seen.volumeId()));
        if (current.isEmpty()) {
            return false;
        }
        var row = current.get();
        return switch (row.state()) {
            case CREATING -> create(row);
            case DELETING -> {
                backend.delete(row.volumeId());
                settle(row, VolumeStatus.DELETED, "", "");
                yield true;
            }
            case AVAILABLE, DELETED, ERROR -> false;
        };
    }

    /** Whether it is as it should be, or cannot be. */
    private boolean create(VolumeRow row) throws IOException {
        if (!backend.exists(row.volumeId()) && snapshots.mustWaitFor(row.snapshotId())) {
            return false;
        }
        try {
            snapshots.keys().assign(row);
            if (!backend.create(row.volumeId(), row.sizeGib() * BYTES_PER_GIB, row.snapshotId())) {
                return false;
            }
            settle(row, VolumeStatus.AVAILABLE, "", serve(row));
        } catch (NoCapacityException | VolumeConflictException | NoSuchSnapshotException e) {
            settle(row, VolumeStatus.ERROR, String.valueOf(e.getMessage()), "");
        }
        return true;
    }

    private String serve(VolumeRow row) throws IOException {
        if (row.grants().isEmpty()) {
            backend.withdraw(row.volumeId());
            return "";
        }
        // All of them are found at one place.
        return ExportAddress.text(backend.serve(row.volumeId(), row.grants()).getFirst());
    }

    private void settle(VolumeRow row, VolumeStatus state, String message, String exportPath) {
        transactions.call(session -> {
            volumes.settle(session, row, state, message, exportPath);
            return true;
        });
        changes.raise();
    }

    private boolean pause() {
        try {
            Thread.sleep(scanEvery);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
