package io.coppice.ebs.copy;

import io.coppice.ebs.volume.Transactions;
import io.coppice.foundation.id.SnapshotId;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Copies snapshots one after the other, and removes the copies of those that are gone. Looks at all that is to be done again
 * and again, so that what a crash cut off goes on with the piece that it was at. Thread-safe.
 */
public final class SnapshotCopier implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(SnapshotCopier.class);
    private static final int BATCH = 64;
    private static final Duration STOP_LIMIT = Duration.ofSeconds(3);

    private final Transactions transactions;
    private final CopyBook book;
    private final SnapshotHome home;
    private final CopyStore store;
    private final LayerCourier courier;
    private final LayerSending sending;
    private final Duration scanEvery;
    private final Semaphore wake = new Semaphore(0);
    private final Thread thread;
    private volatile boolean stopping;
    private volatile String problem = "";

    /**
     * How fast copies go.
     *
     * @param atOnce how many pieces of 8 MiB or more are on their way, 1 or more
     * @param bytesPerSecond written and read, 1 or more
     * @param scanEvery how often it looks without being woken
     */
    public record Limits(int atOnce, long bytesPerSecond, Duration scanEvery) {
        LayerCourier courier(CopyStore store) {
            return new LayerCourier(store, atOnce, new Pace(bytesPerSecond));
        }
    }

    /** Nothing is copied before {@link #start}. */
    public SnapshotCopier(Transactions transactions, CopyBook book, SnapshotHome home, CopyStore store, Limits limits) {
        this.transactions = transactions;
        this.book = book;
        this.home = home;
        this.store = store;
        this.courier = limits.courier(store);
        this.sending = new LayerSending(transactions, book, courier, () -> stopping);
        this.scanEvery = limits.scanEvery();
        this.thread = Thread.ofVirtual().name("snapshot-copier").unstarted(this::loop);
    }

    /** Begins. */
    public void start() {
        thread.start();
    }

    /** Says that something is to be done. */
    void wake() {
        wake.release();
    }

    /** Why the last attempt broke off; empty when it did not. */
    String problem() {
        return problem;
    }

    /** Stops with the pieces that are on their way. */
    @Override
    public void close() {
        stopping = true;
        wake();
        try {
            if (thread.isAlive() && !thread.join(STOP_LIMIT)) {
                LOG.info("a copy of a snapshot is still on its way and goes on after the next start");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void loop() {
        while (!stopping) {
            try {
                var more = store.isOpen() && pass();
                problem = "";
                if (!more) {
                    wake.tryAcquire(scanEvery.toMillis(), TimeUnit.MILLISECONDS);
                    wake.drainPermits();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (Exception e) {
                // The boundary of the loop: the object store or the database may be away; the next look goes on.
                if (!stopping) {
                    LOG.warnf(e, "snapshots cannot be copied now and will be later: %s", e.getMessage());
                }
                problem = String.valueOf(e.getMessage());
                if (!pause()) {
                    return;
                }
            }
        }
    }

    private boolean pause() {
        try {
            var woken = wake.tryAcquire(scanEvery.toMillis(), TimeUnit.MILLISECONDS);
            LOG.debugf("looks again, woken: %s", woken);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Does what is to be done; returns whether something was and there may be more. */
    boolean pass() throws IOException {
        store.prepare();
        var done = false;
        for (var snapshot : transactions.call(session -> book.removable(session, BATCH))) {
            store.delete(SnapshotManifest.key(snapshot));
            forget(snapshot);
            done = true;
        }
        for (var layer : transactions.call(session -> book.unneeded(session, BATCH))) {
            courier.remove(layer.layer(), LayerManifest.count(layer.bytes()));
            transactions.call(session -> {
                book.forget(session, layer.layer());
                return true;
            });
            done = true;
        }
        for (var snapshot : transactions.call(session -> book.uncopied(session, BATCH))) {
            done |= copy(snapshot);
        }
        return done;
    }

    private void forget(SnapshotId snapshot) {
        transactions.call(session -> {
            book.forget(session, snapshot);
            return true;
        });
    }

    /** Whether there is a whole copy now. */
    private boolean copy(SnapshotId snapshot) throws IOException {
        var layers = home.send(snapshot, sending);
        if (layers.isEmpty()) {
            return false;
        }
        store.put(SnapshotManifest.key(snapshot), new SnapshotManifest(snapshot, layers.get()).write());
        transactions.call(session -> {
            book.finish(session, snapshot);
            return true;
        });
        return true;
    }

    /** How far it is, in a few words for people. */
    public String summary() {
        if (!store.isOpen()) {
            return "off, or not permitted yet";
        }
        var totals = totals();
        return totals.copied() + " copied, " + totals.waiting() + " to be copied"
                + Optional.of(problem)
                        .filter(text -> !text.isEmpty())
                        .map(text -> ": " + text)
                        .orElse("");
    }

    CopyBook.Totals totals() {
        return transactions.call(book::totals);
    }
}
