package io.coppice.walrus.http;

import io.coppice.walrus.blob.BlobStore;
import io.coppice.walrus.encryption.ObjectKey;
import io.coppice.walrus.metadata.Segment;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ReadableByteChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

/**
 * Sends a stretch of an object. One that lies in a single file goes to the socket by the kernel alone; one that crosses
 * parts is read and written piece by piece, no faster than the client takes it. Thread-safe.
 */
public final class SegmentSender {
    private static final int PIECE_BYTES = 256 * 1024;
    private static final int AHEAD = 2;
    /** Memory outside of the heap is scarcer than the heap: who comes after so many reads by the heap. */
    private static final Semaphore DIRECT = new Semaphore(32);

    private final BlobStore store;
    private final Duration idleLimit;

    /**
     * Reads from {@code store}.
     *
     * @param idleLimit how long a client may take nothing
     */
    public SegmentSender(BlobStore store, Duration idleLimit) {
        this.store = store;
        this.idleLimit = idleLimit;
    }

    /** A stretch of one blob. */
    private record Piece(Segment segment, long offset, long length) {}

    /**
     * Sends {@code length} bytes from {@code first} on as the response's body and ends it. Content-Length is set already.
     */
    public void send(HttpServerResponse response, List<Segment> segments, long first, long length) throws IOException {
        send(response, segments, new ByteRange(first, length), Optional.empty());
    }

    /** As the other one, of an object that is encrypted where there is a key. */
    void send(HttpServerResponse response, List<Segment> segments, ByteRange range, Optional<ObjectKey> key)
            throws IOException {
        var pieces = pieces(segments, range.first(), range.length());
        if (pieces.isEmpty()) {
            await(response.end());
            return;
        }
        if (pieces.size() == 1 && key.isEmpty()) {
            var piece = pieces.getFirst();
            if (piece.segment().content().isPresent()) {
                // It is in memory already, so nothing is gained by waiting until it is gone.
                response.end(Buffer.buffer(piece.segment().content().get())
                        .slice((int) piece.offset(), (int) (piece.offset() + piece.length())));
                return;
            }
            var file = store.file(piece.segment().blob());
            if (file.isPresent()) {
                awaitWhole(response.sendFile(file.get().toString(), piece.offset(), piece.length()));
                return;
            }
        }
        try (var ahead = new ReadAhead(response, key.isPresent())) {
            for (var piece : pieces) {
                copy(ahead, piece, key);
            }
        }
        await(response.end());
    }

    private static List<Piece> pieces(List<Segment> segments, long first, long length) {
        var pieces = new ArrayList<Piece>();
        var start = 0L;
        var end = first + length;
        for (var segment : segments) {
            var from = Math.max(first, start);
            var to = Math.min(end, start + segment.sizeBytes());
            if (from < to) {
                pieces.add(new Piece(segment, from - start, to - from));
            }
            start += segment.sizeBytes();
        }
        return pieces;
    }

    private void copy(ReadAhead ahead, Piece piece, Optional<ObjectKey> key) throws IOException {
        try (var raw = piece.segment().open(store, piece.offset(), piece.length());
                var channel = decrypted(raw, piece.segment(), piece.offset(), key)) {
            var remaining = piece.length();
            while (remaining > 0) {
                remaining -= ahead.send(channel, (int) Math.min(PIECE_BYTES, remaining));
            }
        }
    }

    /** Buffers that are filled while those before them are sent. Of one thread. */
    private final class ReadAhead implements AutoCloseable {
        private final HttpServerResponse response;
        private final boolean direct;
        private final List<ByteBuf> buffers;
        private final Deque<Future<Void>> sending = new ArrayDeque<>();
        private int next;

        /** What goes from the disk to the network as it is needs no place in the heap on its way. */
        private ReadAhead(HttpServerResponse response, boolean computed) {
            this.response = response;
            this.direct = !computed && DIRECT.tryAcquire();
            var allocator = PooledByteBufAllocator.DEFAULT;
            this.buffers = Stream.generate(() -> direct
                            ? allocator.directBuffer(PIECE_BYTES, PIECE_BYTES)
                            : allocator.heapBuffer(PIECE_BYTES, PIECE_BYTES))
                    .limit(AHEAD)
                    .toList();
        }

        /** Sends the next bytes of the channel, and waits only where all buffers are on their way. */
        private int send(ReadableByteChannel channel, int length) throws IOException {
            if (sending.size() == buffers.size()) {
                await(sending.remove());
            }
            var buffer = buffers.get(next);
            next = (next + 1) % buffers.size();
            var target = buffer.internalNioBuffer(0, length);
            while (target.hasRemaining()) {
                if (channel.read(target) < 0) {
                    throw new IOException("a blob is shorter than it was when stored");
                }
            }
            // The copy of the reference is given back by whoever writes it.
            sending.add(response.write(Buffer.buffer(buffer.setIndex(0, length).retainedDuplicate())));
            return length;
        }

        @Override
        public void close() {
            buffers.forEach(ByteBuf::release);
            if (direct) {
                DIRECT.release();
            }
        }
    }

    /** What a channel that begins at {@code offset} of a segment reads, decrypted where that is encrypted. */
    static ReadableByteChannel decrypted(
            ReadableByteChannel raw, Segment segment, long offset, Optional<ObjectKey> key) {
        return key.isPresent() && segment.nonce().isPresent()
                ? key.get().decrypting(raw, segment.nonce().get(), offset)
                : raw;
    }

    private void await(Future<Void> future) throws IOException {
        try {
            future.toCompletionStage().toCompletableFuture().get(idleLimit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the client takes no more", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while an object was sent");
        }
    }

    /** A whole file takes as long as it takes: the connection's own idle limit ends a client that takes nothing. */
    private static void awaitWhole(Future<Void> future) throws IOException {
        try {
            future.toCompletionStage().toCompletableFuture().get();
        } catch (ExecutionException e) {
            throw new IOException("the client takes no more", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while an object was sent");
        }
    }
}
