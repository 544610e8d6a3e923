package io.coppice.cluster.event;

import io.coppice.proto.cluster.v1.HostChanged;
import io.coppice.proto.cluster.v1.KeepAlive;
import io.coppice.proto.cluster.v1.SnapshotBegin;
import io.coppice.proto.cluster.v1.SnapshotEnd;
import io.coppice.proto.cluster.v1.WatchRequest;
import io.coppice.proto.cluster.v1.ZoneEvent;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * One watch of the zone: a snapshot unless it can be resumed, then every event. It reads the log at the watcher's own
 * pace and is ended when the log no longer has what comes next. Thread-safe.
 */
public final class WatchStream {
    private static final int BATCH = 256;

    private final ZoneEventLog log;
    private final ServerCallStreamObserver<ZoneEvent> watcher;
    private final Executor executor;
    private final Runnable listener = this::wake;
    private final AtomicBoolean planned = new AtomicBoolean();

    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private Iterator<ZoneEvent> snapshot = Collections.emptyIterator();
    private long position;
    private boolean ended;
    private boolean quiet = true;

    private WatchStream(ZoneEventLog log, ServerCallStreamObserver<ZoneEvent> watcher, Executor executor) {
        this.log = log;
        this.watcher = watcher;
        this.executor = executor;
    }

    /** Begins to answer a watch; called on the thread that got the request. */
    public static WatchStream open(
            WatchRequest request,
            ZoneEventLog log,
            Supplier<ZoneSnapshot> zone,
            ServerCallStreamObserver<ZoneEvent> watcher,
            Executor executor) {
        var stream = new WatchStream(log, watcher, executor);
        stream.begin(request, zone);
        watcher.setOnReadyHandler(stream::wake);
        watcher.setOnCancelHandler(stream::end);
        log.listen(stream.listener);
        stream.wake();
        return stream;
    }

    /** Tells the watcher that the connection lives, if nothing else was told since the last call. */
    public void keepAlive() {
        lock.lock();
        try {
            if (!ended && quiet && !snapshot.hasNext() && watcher.isReady()) {
                watcher.onNext(event(position)
                        .setKeepAlive(KeepAlive.getDefaultInstance())
                        .build());
            }
            quiet = true;
        } finally {
            lock.unlock();
        }
    }

    /** Whether nothing more will be sent. */
    public boolean isEnded() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    /** Ends the watch in good order. */
    public void close() {
        lock.lock();
        try {
            if (!ended) {
                end();
                watcher.onCompleted();
            }
        } finally {
            lock.unlock();
        }
    }

    private void begin(WatchRequest request, Supplier<ZoneSnapshot> zone) {
        var resumable = request.getStreamId().equals(log.streamId())
                && request.getAfterSequence() > 0
                && log.after(request.getAfterSequence(), 1).isPresent();
        lock.lock();
        try {
            if (resumable) {
                position = request.getAfterSequence();
            } else {
                var taken = zone.get();
                position = taken.sequence();
                snapshot = events(taken);
            }
        } finally {
            lock.unlock();
        }
    }

    /** The snapshot's parts carry no number of their own: a watch that breaks in the middle must not be resumed there. */
    private Iterator<ZoneEvent> events(ZoneSnapshot taken) {
        var end = SnapshotEnd.newBuilder().addAllCompleteNodeIds(taken.completeNodes());
        return Stream.of(
                        Stream.of(event(0).setSnapshotBegin(SnapshotBegin.getDefaultInstance())),
                        taken.hosts().stream().map(host -> event(0).setHost(
                                        HostChanged.newBuilder().setHost(host))),
                        taken.observations().stream().map(each -> event(0).setObservation(each)),
                        Stream.of(event(taken.sequence()).setSnapshotEnd(end)))
                .flatMap(each -> each)
                .map(ZoneEvent.Builder::build)
                .iterator();
    }

    private ZoneEvent.Builder event(long sequence) {
        return ZoneEvent.newBuilder().setStreamId(log.streamId()).setSequence(sequence);
    }

    /** Appending threads hold the zone's lock, so the writing happens elsewhere. */
    private void wake() {
        if (planned.compareAndSet(false, true)) {
            executor.execute(this::pump);
        }
    }

    private void pump() {
        planned.set(false);
        lock.lock();
        try {
            while (!ended && watcher.isReady() && snapshot.hasNext()) {
                send(snapshot.next());
            }
            var more = true;
            while (more && !ended && watcher.isReady() && !snapshot.hasNext()) {
                more = sendBatch();
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean sendBatch() {
        var next = log.after(position, BATCH);
        if (next.isEmpty()) {
            end();
            watcher.onError(Status.ABORTED
                    .withDescription("this watch fell behind the zone's event log: watch again to get a snapshot")
                    .asRuntimeException());
            return false;
        }
        for (var event : next.get()) {
            if (!watcher.isReady()) {
                return false;
            }
            send(event);
            position = event.getSequence();
        }
        return !next.get().isEmpty();
    }

    private void send(ZoneEvent event) {
        quiet = false;
        watcher.onNext(event);
    }

    private void end() {
        lock.lock();
        try {
            ended = true;
            snapshot = List.<ZoneEvent>of().iterator();
        } finally {
            lock.unlock();
        }
        log.forget(listener);
    }
}
