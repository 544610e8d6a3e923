package io.coppice.cloud.compute;

import io.coppice.cloud.store.Lease;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/**
 * Runs one zone's reconciler and watcher while this process holds the zone's lease; another replica takes over when it
 * is lost. Wakes by signal or by timer, on the same path.
 */
final class ZoneControl {
    private static final Logger LOG = Logger.getLogger(ZoneControl.class);
    private static final Duration JOIN = Duration.ofSeconds(5);
    /** Launches that come one upon another go to the zone together, and the first one's answer goes out before. */
    private static final Duration GATHER = Duration.ofMillis(20);

    /** A Cluster Controller that is started again is heard of sooner. */
    private static final Duration SILENT_AFTER = Duration.ofSeconds(10);

    /** Two processes that bring a zone to the same desired state for a moment do no harm. */
    private static final Duration CHECK_LEASE_EVERY = Duration.ofSeconds(1);

    private final String zone;
    private final Lease lease;
    private final ZoneReconciler reconciler;
    private final Optional<NetworkSender> networks;
    private final ZoneWatcher watcher;
    private final Runnable purge;
    private final Duration interval;
    private final Semaphore signals = new Semaphore(0);
    private long nextPurgeNanos = System.nanoTime();
    private long nextLeaseCheckNanos = System.nanoTime();
    private volatile boolean stopped;
    private volatile boolean holding;
    private volatile Thread loop = Thread.ofVirtual().unstarted(() -> {});

    /**
     * Who works for a zone.
     *
     * @param networks empty where the zone has one flat network
     * @param purge removes what nobody can see any more
     */
    record Workers(ZoneReconciler reconciler, Optional<NetworkSender> networks, ZoneWatcher watcher, Runnable purge) {}

    ZoneControl(String zone, Lease lease, Workers workers, Duration interval) {
        this.zone = zone;
        this.lease = lease;
        this.reconciler = workers.reconciler();
        this.networks = workers.networks();
        this.watcher = workers.watcher();
        this.purge = workers.purge();
        this.interval = interval;
    }

    void start() {
        stopped = false;
        loop = Thread.ofVirtual().name("zone " + zone).start(this::run);
    }

    void stop() throws InterruptedException {
        stopped = true;
        signal();
        if (loop.isAlive()) {
            loop.join(JOIN);
            loop.interrupt();
        }
    }

    /** There is something to do. */
    void signal() {
        signals.release();
    }

    /** Whether this replica has the zone. */
    boolean holding() {
        return holding;
    }

    List<ReconcilerStatus> statuses() {
        return Stream.concat(Stream.of(reconciler.status()), networks.map(NetworkSender::status).stream())
                .toList();
    }

    /** Whether the zone says nothing for longer than it takes to begin anew. False while another replica has it. */
    boolean silent() {
        return holding && watcher.silence().compareTo(SILENT_AFTER) > 0;
    }

    private void run() {
        try {
            while (!stopped) {
                if (!holding || System.nanoTime() - nextLeaseCheckNanos >= 0) {
                    hold(lease.hold());
                    nextLeaseCheckNanos = System.nanoTime() + CHECK_LEASE_EVERY.toNanos();
                }
                if (holding) {
                    // First, so that the zone knows the networks of what it is given.
                    networks.ifPresent(NetworkSender::run);
                    reconciler.run();
                    if (System.nanoTime() - nextPurgeNanos >= 0) {
                        purgeSafely();
                        nextPurgeNanos = System.nanoTime() + interval.toNanos();
                    }
                }
                if (signals.tryAcquire(interval.toMillis(), TimeUnit.MILLISECONDS)) {
                    Thread.sleep(GATHER);
                    signals.drainPermits();
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("interrupted");
        } finally {
            endHolding();
            lease.close();
        }
    }

    private void hold(boolean now) throws InterruptedException {
        if (now && !holding) {
            LOG.infof("this process brings the zone %s to what is desired", zone);
            watcher.start(zone);
            networks.ifPresent(NetworkSender::start);
        } else if (!now && holding) {
            LOG.warnf("the lease on the zone %s is lost", zone);
            stopWorkers();
        }
        holding = now;
    }

    private void stopWorkers() throws InterruptedException {
        watcher.stop();
        if (networks.isPresent()) {
            networks.get().stop();
        }
    }

    private void endHolding() {
        try {
            stopWorkers();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        holding = false;
    }

    private void purgeSafely() {
        try {
            purge.run();
        } catch (RuntimeException e) {
            // The loop's boundary: what was not removed is found again next time.
            LOG.warnf("terminated instances could not be removed: %s", e.toString());
        }
    }
}
