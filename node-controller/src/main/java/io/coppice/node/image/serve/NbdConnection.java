package io.coppice.node.image.serve;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One client of an image that is served read-only: fixed newstyle negotiation, simple replies. Source: doc/proto.md of
 * https://github.com/NetworkBlockDevice/nbd. Reads that wait for blocks do not hold up others. Used by one thread.
 */
final class NbdConnection {
    private static final long MAGIC = 0x4e42444d41474943L;
    private static final long OPTION_MAGIC = 0x49484156454F5054L;
    private static final long OPTION_REPLY_MAGIC = 0x3e889045565a9L;
    private static final int REQUEST_MAGIC = 0x25609513;
    private static final int REPLY_MAGIC = 0x67446698;

    private static final short FIXED_NEWSTYLE_NO_ZEROES = 3;
    private static final short HAS_FLAGS_READ_ONLY_MULTI_CONN = 1 | 1 << 1 | 1 << 8;
    private static final int NO_ZEROES = 2;

    private static final int OPTION_EXPORT_NAME = 1;
    private static final int OPTION_ABORT = 2;
    private static final int OPTION_INFO = 6;
    private static final int OPTION_GO = 7;
    private static final int REPLY_ACK = 1;
    private static final int REPLY_INFO = 3;
    private static final int REPLY_UNSUPPORTED = 1 << 31 | 1;
    private static final int REPLY_UNKNOWN = 1 << 31 | 6;
    private static final int MOST_OPTION_BYTES = 16 << 10;

    private static final int COMMAND_READ = 0;
    private static final int COMMAND_FLUSH = 3;
    private static final int INPUT_OUTPUT_ERROR = 5;
    private static final int INVALID = 22;
    private static final int REQUEST_BYTES = 28;
    /** The most that the protocol wants of a server without being asked. */
    private static final int MOST_READ_BYTES = 32 << 20;

    private static final int PIECE_BYTES = 256 << 10;
    private static final int READS_AT_ONCE = 64;

    private final SocketChannel channel;
    private final ServedImage image;
    private final ReentrantLock writing = new ReentrantLock();
    /** Guarded by writing. */
    private final ByteBuffer piece = ByteBuffer.allocateDirect(PIECE_BYTES);

    NbdConnection(SocketChannel channel, ServedImage image) {
        this.channel = channel;
        this.image = image;
    }

    /** Serves until the client hangs up. */
    void run() throws IOException {
        try (channel) {
            if (negotiate()) {
                transmit();
            }
        } catch (EOFException e) {
            // The client hung up without a word, as QEMU does when it is killed.
            channel.close();
        }
    }

    private boolean negotiate() throws IOException {
        write(ByteBuffer.allocate(18)
                .putLong(MAGIC)
                .putLong(OPTION_MAGIC)
                .putShort(FIXED_NEWSTYLE_NO_ZEROES)
                .flip());
        var zeroes = (read(4).getInt() & NO_ZEROES) == 0;
        while (true) {
            var head = read(16);
            var magic = head.getLong();
            var option = head.getInt();
            var length = head.getInt();
            if (magic != OPTION_MAGIC || length < 0 || length > MOST_OPTION_BYTES) {
                return false;
            }
            var data = read(length);
            switch (option) {
                case OPTION_EXPORT_NAME -> {
                    return exportName(data, zeroes);
                }
                case OPTION_GO, OPTION_INFO -> {
                    if (go(option, data) && option == OPTION_GO) {
                        return true;
                    }
                }
                case OPTION_ABORT -> {
                    answer(option, REPLY_ACK, ByteBuffer.allocate(0));
                    return false;
                }
                default -> answer(option, REPLY_UNSUPPORTED, ByteBuffer.allocate(0));
            }
        }
    }

    private boolean exportName(ByteBuffer name, boolean zeroes) throws IOException {
        if (!isOurs(name)) {
            return false;
        }
        write(ByteBuffer.allocate(zeroes ? 134 : 10)
                .putLong(image.sizeBytes())
                .putShort(HAS_FLAGS_READ_ONLY_MULTI_CONN)
                .rewind());
        return true;
    }

    private boolean go(int option, ByteBuffer data) throws IOException {
        var length = data.remaining() < 4 ? -1 : data.getInt();
        if (length < 0 || length > data.remaining() || !isOurs(data.slice(data.position(), length))) {
            answer(option, REPLY_UNKNOWN, ByteBuffer.allocate(0));
            return false;
        }
        answer(
                option,
                REPLY_INFO,
                ByteBuffer.allocate(12)
                        .putShort((short) 0)
                        .putLong(image.sizeBytes())
                        .putShort(HAS_FLAGS_READ_ONLY_MULTI_CONN)
                        .flip());
        answer(option, REPLY_ACK, ByteBuffer.allocate(0));
        return true;
    }

    private boolean isOurs(ByteBuffer name) {
        return StandardCharsets.UTF_8.decode(name).toString().equals(image.export());
    }

    private void answer(int option, int reply, ByteBuffer data) throws IOException {
        write(ByteBuffer.allocate(20 + data.remaining())
                .putLong(OPTION_REPLY_MAGIC)
                .putInt(option)
                .putInt(reply)
                .putInt(data.remaining())
                .put(data)
                .flip());
    }

    private void transmit() throws IOException {
        var reads = new Semaphore(READS_AT_ONCE);
        // Never interrupted: that would close the image's file for all. What still waits at the end waits for its
        // limit.
        try (var readers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (var next = Request.in(read(REQUEST_BYTES)); next.isGoingOn(); next = Request.in(read(REQUEST_BYTES))) {
                var request = next;
                if (request.command() == COMMAND_FLUSH) {
                    reply(request.cookie(), 0);
                } else if (!request.isWithin(image.sizeBytes())) {
                    reply(request.cookie(), INVALID);
                } else {
                    reads.acquireUninterruptibly();
                    readers.execute(() -> {
                        try {
                            send(request.cookie(), request.offset(), request.length());
                        } finally {
                            reads.release();
                        }
                    });
                }
            }
        }
    }

    private record Request(int magic, int command, long cookie, long offset, int length) {
        static Request in(ByteBuffer head) {
            return new Request(head.getInt(0), head.getShort(6), head.getLong(8), head.getLong(16), head.getInt(24));
        }

        /** Writes are not negotiated: whoever sends one is not listened to any longer. */
        boolean isGoingOn() {
            return magic == REQUEST_MAGIC && (command == COMMAND_READ || command == COMMAND_FLUSH);
        }

        boolean isWithin(long sizeBytes) {
            return length > 0 && length <= MOST_READ_BYTES && offset >= 0 && offset <= sizeBytes - length;
        }
    }

    private void send(long cookie, long offset, int length) {
        try {
            if (image.isReadable(offset, length)) {
                content(cookie, offset, length);
            } else {
                reply(cookie, INPUT_OUTPUT_ERROR);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            hangUp();
        }
    }

    /** A reply that was begun must be ended: when the file cannot be read, only hanging up is left. */
    private void content(long cookie, long offset, int length) throws IOException {
        writing.lock();
        try {
            write(head(cookie, 0));
            for (long at = offset; at < offset + length; at += PIECE_BYTES) {
                piece.clear().limit((int) Math.min(PIECE_BYTES, offset + length - at));
                image.read(piece, at);
                write(piece.flip());
            }
        } finally {
            writing.unlock();
        }
    }

    private void reply(long cookie, int error) throws IOException {
        writing.lock();
        try {
            write(head(cookie, error));
        } finally {
            writing.unlock();
        }
    }

    private static ByteBuffer head(long cookie, int error) {
        return ByteBuffer.allocate(16)
                .putInt(REPLY_MAGIC)
                .putInt(error)
                .putLong(cookie)
                .flip();
    }

    private void hangUp() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("a connection to QEMU cannot be closed", e);
        }
    }

    private ByteBuffer read(int length) throws IOException {
        var buffer = ByteBuffer.allocate(length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer) < 0) {
                throw new EOFException();
            }
        }
        return buffer.flip();
    }

    private void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}
