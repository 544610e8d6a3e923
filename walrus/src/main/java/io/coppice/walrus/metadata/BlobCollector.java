package io.coppice.walrus.metadata;

import io.coppice.walrus.blob.BlobId;
import io.coppice.walrus.blob.BlobStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * Removes bytes that nothing refers to: blobs whose last reference went, blobs that a crash left without a row, and
 * files of writers that never ended. The bytes go before the row, so that a crash in between is repaired by the next
 * run. Takes no input: signal or timer, it looks at everything.
 */
public final class BlobCollector {
    private static final Logger LOG = Logger.getLogger(BlobCollector.class);
    private static final int BATCH = 500;
    private static final int ORPHANS_EVERY_RUNS = 60;

    private final Transactions transactions;
    private final Blobs blobs;
    private final BlobStore store;
    private final Clock clock;
    private final Duration grace;
    private final AtomicInteger runs = new AtomicInteger();

    /**
     * Collects from {@code store}.
     *
     * @param grace how long bytes that nobody refers to stay: longer than a read and a commit take
     */
    public BlobCollector(Transactions transactions, Blobs blobs, BlobStore store, Clock clock, Duration grace) {
        this.transactions = transactions;
        this.blobs = blobs;
        this.store = store;
        this.clock = clock;
        this.grace = grace;
    }

    /** Removes what is due, and tells how many blobs that were; every now and then all bytes are compared with the rows. */
    public int run() throws IOException {
        var removed = collectUnreferenced();
        return runs.getAndIncrement() % ORPHANS_EVERY_RUNS == 0 ? removed + collectOrphans() : removed;
    }

    /** Removes the bytes of blobs that nobody refers to any more, and tells how many blobs that were. */
    public int collectUnreferenced() throws IOException {
        var removed = 0;
        while (true) {
            var cutoff = clock.instant().minus(grace);
            var batch = transactions.call(session -> blobs.unreferenced(session, cutoff, BATCH));
            for (var blob : batch) {
                store.delete(blob);
                transactions.call(session -> {
                    blobs.forget(session, blob);
                    return true;
                });
            }
            removed += batch.size();
            if (batch.size() < BATCH) {
                return removed;
            }
        }
    }

    /** Removes bytes that no row ever knew, and tells how many blobs that were. */
    public int collectOrphans() throws IOException {
        var cutoff = clock.instant().minus(grace);
        var seen = new HashSet<BlobId>();
        var removed = new int[1];
        store.scan(cutoff, blob -> {
            seen.add(blob);
            if (seen.size() >= BATCH) {
                removed[0] += removeUnknown(seen);
                seen.clear();
            }
        });
        removed[0] += removeUnknown(seen) + store.removeAbandoned(cutoff);
        if (removed[0] > 0) {
            LOG.infof("removed %d blobs that no object refers to", removed[0]);
        }
        return removed[0];
    }

    private int removeUnknown(Set<BlobId> candidates) {
        var orphans = transactions.call(session -> blobs.unknown(session, candidates));
        try {
            for (var orphan : orphans) {
                store.delete(orphan);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return orphans.size();
    }
}
