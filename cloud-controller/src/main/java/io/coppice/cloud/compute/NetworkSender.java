package io.coppice.cloud.compute;

import io.coppice.cloud.network.VpcGenerations.Change;
import io.coppice.cloud.network.VpcGenerations.Changes;
import io.coppice.foundation.rpc.MessageParts;
import io.coppice.proto.network.v1.Vpc;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Tells one zone of VPCs: those that changed, and all of them after the zone has begun anew. Takes no input but the database;
 * running it once more is always safe. It runs before each handing-over of instances, so that a zone knows the VPC of what it
 * is given, and by itself when a VPC changes. Thread-safe.
 */
final class NetworkSender {
    /** VPCs of one call; the contract's limit. */
    static final int MOST_VPCS = 64;
    /** Bytes of one call; a VPC that is larger goes by itself, in parts. */
    private static final int MOST_BYTES = 2 * MessageParts.MOST_BYTES;

    private static final Logger LOG = Logger.getLogger(NetworkSender.class);
    /** The first look after a signal. The writer's transaction may end later, so that looks follow at growing distances. */
    private static final Duration FIRST_LOOK = Duration.ofMillis(15);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration JOIN = Duration.ofSeconds(5);

    private final Source source;
    private final ZoneLink link;
    private final Settings settings;
    private final AtomicBoolean anew = new AtomicBoolean(true);
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private final Map<String, Long> sent = new HashMap<>();
    private long position;

    private volatile boolean stopped;
    private volatile Thread loop = Thread.ofVirtual().unstarted(() -> {});
    private volatile Pass last = new Pass(null, Duration.ZERO, "not run yet", 0);

    private record Pass(@Nullable Instant start, Duration duration, String result, int backlog) {}

    /**
     * What a sender must know of its zone.
     *
     * @param lookEvery longest time between two looks without a signal
     * @param longestPause between two tries while the zone cannot be reached
     */
    record Settings(String zone, Clock clock, Duration lookEvery, Duration longestPause) {}

    /** Where VPCs come from. Thread-safe. */
    interface Source {
        /** Which VPCs changed since an earlier look; the same may come twice. */
        Changes names(long position);

        /** These VPCs as they are now, in the order of their names; one that is not there any more is left out. */
        List<Vpc> whole(List<Change> changes);

        /** The zone has these now; it makes its hosts follow them. */
        void taken(List<Vpc> vpcs);

        /** Counts the changes that this process heard of. */
        long signals();

        /** Waits for another change than {@code seen}, at most this long. */
        void await(long seen, Duration most) throws InterruptedException;
    }

    NetworkSender(Source source, ZoneLink link, Settings settings) {
        this.source = source;
        this.link = link;
        this.settings = settings;
    }

    /** Begins to look by itself. */
    void start() {
        stopped = false;
        anew.set(true);
        loop = Thread.ofVirtual().name("zone-networks " + settings.zone()).start(this::follow);
    }

    /** Ends that. */
    void stop() throws InterruptedException {
        stopped = true;
        if (loop.isAlive()) {
            loop.interrupt();
            loop.join(JOIN);
        }
    }

    /** The zone has forgotten what it was told. */
    void zoneStartedAnew() {
        anew.set(true);
    }

    /** How it is; the backlog is how many VPCs the last run left. */
    ReconcilerStatus status() {
        var pass = last;
        return new ReconcilerStatus(
                "networks " + settings.zone(), pass.start(), pass.duration(), pass.result(), pass.backlog());
    }

    private void follow() {
        var look = FIRST_LOOK;
        var pause = FIRST_PAUSE;
        var seen = source.signals();
        try {
            while (!stopped) {
                if (run()) {
                    pause = FIRST_PAUSE;
                    source.await(seen, look);
                    look = shorter(look.multipliedBy(2), settings.lookEvery());
                } else {
                    Thread.sleep(pause);
                    pause = shorter(pause.multipliedBy(2), settings.longestPause());
                }
                var now = source.signals();
                if (now != seen) {
                    seen = now;
                    look = FIRST_LOOK;
                    Thread.sleep(FIRST_LOOK);
                }
            }
        } catch (InterruptedException e) {
            LOG.debug("interrupted");
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /**
     * One pass; whether the zone has all of it now. Never throws: what goes wrong stands in {@link #status} and the next pass
     * tries again.
     */
    boolean run() {
        var start = settings.clock().instant();
        var left = 0;
        String result;
        lock.lock();
        try {
            if (anew.getAndSet(false)) {
                sent.clear();
                position = 0;
            }
            var changes = source.names(position);
            var due = changes.changes().stream()
                    .filter(change -> sent.getOrDefault(change.vpcId(), 0L) < change.generation())
                    .toList();
            left = due.size();
            for (var from = 0; from < due.size(); from += MOST_VPCS) {
                var part = due.subList(from, Math.min(from + MOST_VPCS, due.size()));
                source.taken(send(source.whole(part)));
                part.forEach(change -> sent.put(change.vpcId(), change.generation()));
                left -= part.size();
            }
            // What is before the position comes no more, and need not be remembered.
            sent.keySet()
                    .retainAll(changes.changes().stream().map(Change::vpcId).collect(Collectors.toSet()));
            position = changes.position();
            result = "ok";
        } catch (RuntimeException e) {
            // The reconciler loop is where everything unexpected ends; what was not sent is due again.
            LOG.warnf("the zone %s is not told of its networks: %s", settings.zone(), e.toString());
            LOG.debug("cause", e);
            result = e.toString();
        } finally {
            lock.unlock();
        }
        last = new Pass(start, Duration.between(start, settings.clock().instant()), result, left);
        return result.equals("ok");
    }

    /** Those of them that are sent now: all but what is too large for a zone. */
    private List<Vpc> send(List<Vpc> vpcs) {
        var sendable = vpcs.stream().filter(this::isSendable).toList();
        var call = new ArrayList<Vpc>();
        var bytes = 0;
        for (var vpc : sendable) {
            var size = vpc.getSerializedSize();
            if (!call.isEmpty() && bytes + size > MOST_BYTES) {
                link.applyNetworks(List.copyOf(call));
                call.clear();
                bytes = 0;
            }
            call.add(vpc);
            bytes += size;
        }
        if (!call.isEmpty()) {
            link.applyNetworks(List.copyOf(call));
        }
        return sendable;
    }

    private boolean isSendable(Vpc vpc) {
        var size = vpc.getSerializedSize();
        if (size > MessageParts.LARGEST_BYTES) {
            LOG.errorf(
                    "%s is not sent to the zone %s: %d bytes are more than %d; it needs fewer rules",
                    vpc.getVpcId(), settings.zone(), size, MessageParts.LARGEST_BYTES);
        }
        return size <= MessageParts.LARGEST_BYTES;
    }
}
