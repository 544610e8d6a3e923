package io.coppice.foundation.rpc;

import io.grpc.stub.CallStreamObserver;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The sending half of a stream with a bounded queue: writes only while the other side keeps up, so that neither side's
 * memory grows, and never blocks its callers. Thread-safe.
 */
public final class BoundedSender<T> {
    private final CallStreamObserver<T> stream;
    private final int capacity;
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private final Deque<T> waiting = new ArrayDeque<>();
    private boolean ended;

    /**
     * The owner calls {@link #drain} from the stream's on-ready handler.
     *
     * @param capacity messages that may wait, at least 1
     */
    public BoundedSender(CallStreamObserver<T> stream, int capacity) {
        this.stream = stream;
        this.capacity = capacity;
    }

    /** Sends now or soon. False when the queue is full or the stream has ended: the message is not taken then. */
    public boolean offer(T message) {
        lock.lock();
        try {
            if (ended || waiting.size() >= capacity) {
                return false;
            }
            waiting.add(message);
            drain();
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Messages that wait for the other side. */
    public int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /** Sends what waits, as far as the other side has room. */
    public void drain() {
        lock.lock();
        try {
            while (!ended && !waiting.isEmpty() && stream.isReady()) {
                stream.onNext(waiting.remove());
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends the stream in good order; what still waits is dropped. Does nothing when it has ended. */
    public void complete() {
        end(stream::onCompleted);
    }

    /** Ends the stream with an error for the other side. Does nothing when it has ended. */
    public void fail(Throwable cause) {
        end(() -> stream.onError(cause));
    }

    /** Takes note that the other side has ended the stream: nothing is written any more. */
    public void ended() {
        end(() -> {});
    }

    private void end(Runnable how) {
        lock.lock();
        try {
            if (!ended) {
                ended = true;
                waiting.clear();
                how.run();
            }
        } finally {
            lock.unlock();
        }
    }
}
