package io.coppice.ebs.copy;

import io.coppice.ebs.volume.LostSnapshots;
import io.coppice.ebs.volume.Transactions;
import io.coppice.foundation.id.SnapshotId;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;

/**
 * Makes snapshots again of their copies, when they are wanted and they are gone: one at a time, since they share
 * layers. A restart begins anew with the layer, or the disk, that it was at. Thread-safe.
 */
public final class SnapshotReturns implements LostSnapshots {
    private static final Logger LOG = Logger.getLogger(SnapshotReturns.class);

    private final Transactions transactions;
    private final CopyBook book;
    private final SnapshotHome home;
    private final CopyStore store;
    private final SnapshotCopier.Limits limits;
    private final LayerCourier courier;
    private final Map<SnapshotId, Search> searches = new ConcurrentHashMap<>();
    private final ReentrantLock turn = new ReentrantLock();

    private enum Search {
        UNDER_WAY,
        /** The object store has none; told once. */
        NOTHING_FOUND
    }

    /** Brings snapshots back to {@code home}. */
    public SnapshotReturns(
            Transactions transactions,
            CopyBook book,
            SnapshotHome home,
            CopyStore store,
            SnapshotCopier.Limits limits) {
        this.transactions = transactions;
        this.book = book;
        this.home = home;
        this.store = store;
        this.limits = limits;
        this.courier = limits.courier(store);
    }

    @Override
    public boolean isOnItsWay(SnapshotId id) throws IOException {
        if (home.isWhole(id)) {
            return false;
        }
        if (!store.isOpen()) {
            return transactions.call(session -> book.isCopied(session, id) || book.isElsewhere(session, id));
        }
        if (searches.remove(id, Search.NOTHING_FOUND)) {
            // Its zone copies it sooner or later.
            return transactions.call(session -> book.isElsewhere(session, id));
        }
        if (searches.putIfAbsent(id, Search.UNDER_WAY) == null) {
            Thread.ofVirtual().name("return-" + id).start(() -> search(id));
        }
        return true;
    }

    private void search(SnapshotId id) {
        turn.lock();
        try {
            if (bringBack(id)) {
                searches.remove(id);
            } else {
                searches.put(id, Search.NOTHING_FOUND);
            }
        } catch (IOException | IllegalArgumentException e) {
            LOG.warnf(e, "%s cannot be brought back from its copy now: %s", id, e.getMessage());
            searches.remove(id);
        } finally {
            turn.unlock();
        }
    }

    /** Returns false when there is no copy of it, or it is gone for good. */
    boolean bringBack(SnapshotId id) throws IOException {
        if (home.isWhole(id)) {
            return true;
        }
        if (transactions.call(session -> book.isGone(session, id))) {
            return false;
        }
        if (bringBack(id, store, courier)) {
            return true;
        }
        for (var other : store.elsewhere()) {
            if (bringBack(id, other, limits.courier(other))) {
                return true;
            }
        }
        return false;
    }

    /** All of it from one store: copies of the same layer by two zones need not be the same bytes. */
    private boolean bringBack(SnapshotId id, CopyStore from, LayerCourier by) throws IOException {
        var listed = from.get(SnapshotManifest.key(id), SnapshotManifest.MOST_BYTES);
        if (listed.isEmpty()) {
            return false;
        }
        home.bringBack(SnapshotManifest.read(id, listed.get()), by);
        LOG.infof("%s was brought back from its copy", id);
        return true;
    }
}
