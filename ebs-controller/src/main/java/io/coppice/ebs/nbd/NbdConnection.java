package io.coppice.ebs.nbd;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;

/**
 * The only client of an NBD server's unnamed export: one request after the other. Not thread-safe. Source:
 * https://github.com/NetworkBlockDevice/nbd/blob/master/doc/proto.md, "Fixed newstyle negotiation" and "Transmission phase",
 * with simple replies.
 */
final class NbdConnection implements AutoCloseable {
    private static final long MAGIC = 0x4e42444d41474943L;
    private static final long OPTION_MAGIC = 0x49484156454f5054L;
    private static final int REQUEST_MAGIC = 0x25609513;
    private static final int REPLY_MAGIC = 0x67446698;

    private static final int FIXED_NEWSTYLE_WITHOUT_ZEROES = 3;
    private static final int EXPORT_NAME = 1;
    private static final short CAN_WRITE_ZEROES = 1 << 6;

    private static final int GREETING_BYTES = 18;
    private static final int EXPORT_BYTES = 10;
    private static final int REQUEST_BYTES = 28;
    private static final int REPLY_BYTES = 16;
    /** Servers need not take more in one request than 32 MiB; QEMU looks for zeros by whole requests, and Ceph keeps such pieces. */
    private static final int MOST_BYTES = 4 << 20;

    private final ByteChannel channel;
    private final long sizeBytes;
    private final boolean writesZeroes;
    private long requests;

    /** What is asked of the server. */
    private enum Command {
        READ,
        WRITE,
        DISCONNECT,
        FLUSH,
        TRIM,
        WRITE_ZEROES
    }

    /** Shakes hands over {@code channel}, which this closes from now on. */
    NbdConnection(ByteChannel channel) throws IOException {
        this.channel = channel;
        var greeting = receive(GREETING_BYTES);
        if (greeting.getLong() != MAGIC || greeting.getLong() != OPTION_MAGIC) {
            throw new IOException("what answers is no NBD server");
        }
        send(ByteBuffer.allocate(GREETING_BYTES + 2)
                .putInt(FIXED_NEWSTYLE_WITHOUT_ZEROES)
                .putLong(OPTION_MAGIC)
                .putInt(EXPORT_NAME)
                .putInt(0)
                .flip());
        var export = receive(EXPORT_BYTES);
        this.sizeBytes = export.getLong();
        this.writesZeroes = (export.getShort() & CAN_WRITE_ZEROES) != 0;
    }

    long sizeBytes() {
        return sizeBytes;
    }

    /** Fills what remains of {@code into} with what lies at {@code offset} and behind it. */
    void read(long offset, ByteBuffer into) throws IOException {
        var at = offset;
        while (into.hasRemaining()) {
            var length = Math.min(MOST_BYTES, into.remaining());
            ask(Command.READ, at, length, ByteBuffer.allocate(0));
            fill(into.slice(into.position(), length));
            into.position(into.position() + length);
            at += length;
        }
    }

    /** Writes what remains of {@code from} at {@code offset} and behind it. */
    void write(long offset, ByteBuffer from) throws IOException {
        var at = offset;
        while (from.hasRemaining()) {
            var length = Math.min(MOST_BYTES, from.remaining());
            ask(Command.WRITE, at, length, from.slice(from.position(), length));
            from.position(from.position() + length);
            at += length;
        }
    }

    /** Lets that many bytes read as zeros. */
    void writeZeroes(long offset, long bytes) throws IOException {
        for (var at = offset; at < offset + bytes; at += MOST_BYTES) {
            var length = (int) Math.min(MOST_BYTES, offset + bytes - at);
            if (writesZeroes) {
                ask(Command.WRITE_ZEROES, at, length, ByteBuffer.allocate(0));
            } else {
                write(at, ByteBuffer.allocate(length));
            }
        }
    }

    /** Returns when what was written is durable. */
    void flush() throws IOException {
        ask(Command.FLUSH, 0, 0, ByteBuffer.allocate(0));
    }

    private void ask(Command command, long offset, int length, ByteBuffer payload) throws IOException {
        request(command, offset, length, payload);
        var reply = receive(REPLY_BYTES);
        if (reply.getInt() != REPLY_MAGIC) {
            throw new IOException("an NBD server answered what cannot be read");
        }
        var error = reply.getInt();
        if (error != 0) {
            throw new IOException(command + " at " + offset + " failed with error " + error);
        }
        if (reply.getLong() != requests) {
            throw new IOException("an NBD server answered something else than what was asked");
        }
    }

    private void request(Command command, long offset, int length, ByteBuffer payload) throws IOException {
        requests++;
        send(ByteBuffer.allocate(REQUEST_BYTES)
                .putInt(REQUEST_MAGIC)
                .putShort((short) 0)
                .putShort((short) command.ordinal())
                .putLong(requests)
                .putLong(offset)
                .putInt(length)
                .flip());
        send(payload);
    }

    private void send(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    private ByteBuffer receive(int bytes) throws IOException {
        var received = ByteBuffer.allocate(bytes);
        fill(received);
        return received.flip();
    }

    private void fill(ByteBuffer into) throws IOException {
        while (into.hasRemaining()) {
            if (channel.read(into) < 0) {
                throw new EOFException("the NBD server hung up");
            }
        }
    }

    /** Hangs up, and lets the server know when it still listens. */
    @Override
    public void close() throws IOException {
        try (channel) {
            request(Command.DISCONNECT, 0, 0, ByteBuffer.allocate(0));
        }
    }
}
