package io.coppice.cluster.event;

import io.coppice.proto.cluster.v1.Host;
import io.coppice.proto.cluster.v1.HostChanged;
import io.coppice.proto.cluster.v1.ZoneEvent;
import io.coppice.proto.compute.v1.Observation;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The newest events of the zone in a ring of fixed size, numbered from 1. It is the only queue between the zone and its
 * watchers: one that falls behind the ring must start anew. Thread-safe.
 */
public final class ZoneEventLog {
    private final String streamId = UUID.randomUUID().toString();
    private final ReentrantLock lock = new ReentrantLock();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    // Guarded by lock.
    private final ZoneEvent[] ring;
    private long last;

    /** A log that keeps this many events, at least 1. */
    public ZoneEventLog(int size) {
        this.ring = new ZoneEvent[size];
    }

    /** Names this log; another start of the controller has another one. */
    public String streamId() {
        return streamId;
    }

    /** The number of the newest event, 0 when there is none. */
    public long last() {
        lock.lock();
        try {
            return last;
        } finally {
            lock.unlock();
        }
    }

    /** An instance was seen, or the zone has something to say of it. */
    public void append(Observation observation) {
        append(ZoneEvent.newBuilder().setObservation(observation));
    }

    /** A host changed. */
    public void append(Host host) {
        append(ZoneEvent.newBuilder().setHost(HostChanged.newBuilder().setHost(host)));
    }

    private void append(ZoneEvent.Builder event) {
        lock.lock();
        try {
            last++;
            ring[slot(last)] = event.setStreamId(streamId).setSequence(last).build();
        } finally {
            lock.unlock();
        }
        listeners.forEach(Runnable::run);
    }

    /** At most {@code limit} events after this number, in order; empty when the ring no longer has the next one. */
    public Optional<List<ZoneEvent>> after(long sequence, int limit) {
        lock.lock();
        try {
            if (sequence > last || last - sequence > ring.length) {
                return Optional.empty();
            }
            var end = Math.min(last, sequence + limit);
            var events = new ArrayList<ZoneEvent>((int) (end - sequence));
            for (long next = sequence + 1; next <= end; next++) {
                events.add(ring[slot(next)]);
            }
            return Optional.of(List.copyOf(events));
        } finally {
            lock.unlock();
        }
    }

    /** Calls the listener after every event; it must return at once. */
    void listen(Runnable listener) {
        listeners.add(listener);
    }

    void forget(Runnable listener) {
        listeners.remove(listener);
    }

    private int slot(long sequence) {
        return (int) (sequence % ring.length);
    }
}
