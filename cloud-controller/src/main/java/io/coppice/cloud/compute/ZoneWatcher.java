package io.coppice.cloud.compute;

import io.coppice.proto.cluster.v1.ZoneEvent;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jboss.logging.Logger;

/**
 * Follows one zone: one virtual thread reads the stream into a bounded queue, another takes runs of events into the
 * database. When the stream breaks it is resumed after the last event that the database has; nothing of the position is
 * kept beyond the process, so a new process asks for a snapshot.
 */
final class ZoneWatcher {
    private static final Logger LOG = Logger.getLogger(ZoneWatcher.class);
    private static final int MOST_AT_ONCE = 256;
    /** What a host reports within this goes into the database together: the phases of a start follow close upon each other. */
    private static final Duration GATHER = Duration.ofMillis(40);

    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final Duration JOIN = Duration.ofSeconds(5);

    private final ZoneLink link;
    private final ObservationIngest ingest;
    private final Runnable signal;
    private final int buffer;
    private final Duration reconnectLimit;
    private final AtomicBoolean connected = new AtomicBoolean();
    private volatile long lastHeardNanos = System.nanoTime();
    private volatile boolean stopped;
    private volatile Thread loop = Thread.ofVirtual().unstarted(() -> {});
    private String streamId = "";
    private long sequence;

    ZoneWatcher(ZoneLink link, ObservationIngest ingest, Runnable signal, int buffer, Duration reconnectLimit) {
        this.link = link;
        this.ingest = ingest;
        this.signal = signal;
        this.buffer = buffer;
        this.reconnectLimit = reconnectLimit;
    }

    void start(String zone) {
        stopped = false;
        lastHeardNanos = System.nanoTime();
        loop = Thread.ofVirtual().name("zone-watch " + zone).start(this::follow);
    }

    void stop() throws InterruptedException {
        stopped = true;
        if (loop.isAlive()) {
            loop.interrupt();
            loop.join(JOIN);
        }
    }

    /** Whether events arrive now. */
    boolean connected() {
        return connected.get();
    }

    /** For how long no events have arrived, though they were asked for; nothing while they do. */
    Duration silence() {
        return connected() || stopped ? Duration.ZERO : Duration.ofNanos(System.nanoTime() - lastHeardNanos);
    }

    private void follow() {
        var pause = FIRST_PAUSE_MILLIS;
        while (!stopped) {
            var progressed = connectOnce();
            pause = progressed ? FIRST_PAUSE_MILLIS : Math.min(pause * 2, reconnectLimit.toMillis());
            try {
                Thread.sleep(pause / 2 + ThreadLocalRandom.current().nextLong(pause / 2 + 1));
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** One stream, from its start to its end. Returns whether anything was taken in. */
    private boolean connectOnce() {
        var queue = new ArrayBlockingQueue<ZoneEvent>(buffer);
        var before = sequence;
        var self = Thread.currentThread();
        var ended = new AtomicBoolean();
        var reader = Thread.ofVirtual().name(self.getName() + " stream").start(() -> {
            try {
                link.watch(streamId, before, event -> put(queue, event));
                LOG.debug("the zone ended its stream");
            } catch (StatusRuntimeException e) {
                LOG.debugf("the zone's stream broke: %s", e.getStatus());
            } catch (StreamAbandonedException e) {
                LOG.debug("the stream is given up");
            } finally {
                ended.set(true);
            }
        });
        try {
            takeIn(queue, ended);
        } catch (InterruptedException e) {
            stopped = true;
        } catch (RuntimeException e) {
            // The loop's boundary: what was not kept is asked for again by a snapshot.
            LOG.warnf("reports of the zone could not be kept, asking for all of them again: %s", e.toString());
            LOG.debug("cause", e);
            streamId = "";
            sequence = 0;
        } finally {
            reader.interrupt();
            connected.set(false);
            if (ingest.streamEnded()) {
                streamId = "";
                sequence = 0;
            }
        }
        return sequence != before;
    }

    private void takeIn(BlockingQueue<ZoneEvent> queue, AtomicBoolean ended) throws InterruptedException {
        var run = new ArrayList<ZoneEvent>();
        while (!stopped) {
            var first = queue.poll(100, TimeUnit.MILLISECONDS);
            if (first == null) {
                if (ended.get() && queue.isEmpty()) {
                    return;
                }
                continue;
            }
            run.add(first);
            if (queue.size() < MOST_AT_ONCE) {
                Thread.sleep(GATHER);
            }
            queue.drainTo(run, MOST_AT_ONCE - 1);
            connected.set(true);
            lastHeardNanos = System.nanoTime();
            if (ingest.ingest(run)) {
                signal.run();
            }
            streamId = run.getLast().getStreamId();
            sequence = run.getLast().getSequence();
            run.clear();
        }
    }

    private static void put(BlockingQueue<ZoneEvent> queue, ZoneEvent event) {
        try {
            queue.put(event);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StreamAbandonedException();
        }
    }

    /** Nobody reads the stream any more. */
    private static final class StreamAbandonedException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
