package io.coppice.walrus.body;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.io.EOFException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request as it comes from the socket. The event loop fills a small buffer and stops reading the socket
 * when it is full; one other thread empties it. Made on the event loop, before the request flows.
 */
public final class HttpBody implements BodySource {
    private static final int HIGH_WATER_BYTES = 128 * 1024;

    private final HttpServerRequest request;
    private final Duration idleLimit;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Deque<Buffer> queue = new ArrayDeque<>();
    private int queuedBytes;
    private boolean paused;
    private boolean ended;
    private @Nullable Throwable failure;

    /**
     * Takes over the request's body.
     *
     * @param idleLimit how long the client may send nothing
     */
    public HttpBody(HttpServerRequest request, Duration idleLimit) {
        this.request = request;
        this.idleLimit = idleLimit;
        if (!hasBody(request)) {
            // Nothing will come, so nobody needs to wait for its end.
            ended = true;
            return;
        }
        request.handler(this::arrived);
        request.endHandler(nothing -> finish(null));
        request.exceptionHandler(this::finish);
    }

    private static boolean hasBody(HttpServerRequest request) {
        var length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
        return request.headers().contains(HttpHeaders.TRANSFER_ENCODING) || length != null && !length.equals("0");
    }

    @Override
    public @Nullable ByteBuffer next() throws IOException {
        lock.lock();
        try {
            var remainingNanos = idleLimit.toNanos();
            while (queue.isEmpty() && !ended) {
                resume();
                if (remainingNanos <= 0) {
                    throw new RequestTimeoutException();
                }
                remainingNanos = changed.awaitNanos(remainingNanos);
            }
            if (failure != null) {
                throw new EOFException("the client went away");
            }
            var buffer = queue.poll();
            if (buffer == null) {
                return null;
            }
            queuedBytes -= buffer.length();
            if (queuedBytes < HIGH_WATER_BYTES / 2) {
                resume();
            }
            return buffer.getByteBuf().nioBuffer();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while a body was read");
        } finally {
            lock.unlock();
        }
    }

    /** Whether the client has sent all of it. */
    public boolean ended() {
        lock.lock();
        try {
            return ended;
        } finally {
            lock.unlock();
        }
    }

    /** Reads on and throws away up to {@code limitBytes}; false when there was more, or it did not come in time. */
    public boolean drain(long limitBytes, Duration limit) {
        var end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limit.toMillis());
        var drained = 0L;
        try {
            while (System.nanoTime() < end && drained <= limitBytes) {
                var bytes = next();
                if (bytes == null) {
                    return true;
                }
                drained += bytes.remaining();
            }
        } catch (IOException e) {
            // Whoever does not send a body in time gets the answer and a closed connection.
            return false;
        }
        return false;
    }

    /** The client let us wait too long. */
    public static final class RequestTimeoutException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private void arrived(Buffer buffer) {
        lock.lock();
        try {
            if (buffer.length() > 0) {
                queue.add(buffer);
                queuedBytes += buffer.length();
            }
            if (queuedBytes >= HIGH_WATER_BYTES && !paused) {
                paused = true;
                request.pause();
            }
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private void finish(@Nullable Throwable cause) {
        lock.lock();
        try {
            ended = true;
            failure = failure == null ? cause : failure;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private void resume() {
        if (paused && !ended) {
            paused = false;
            request.resume();
        }
    }
}
