package io.coppice.server.bench.s3;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads answers of HTTP/1.1 (RFC 9112) from one connection after the other. Of a head it looks at the few fields that matter
 * here, without making texts of the others. Used by one thread.
 */
final class AnswerReader {
    private static final int MOST_KEPT = 2 * 1024 * 1024;
    private static final int MOST_OF_LINE = 16 * 1024;
    private static final int HEX = 16;
    /** Makes a letter of ASCII small. */
    private static final int LOWER = 0x20;

    private static final byte[] LENGTH = ascii("content-length");
    private static final byte[] ENCODING = ascii("transfer-encoding");
    private static final byte[] CONNECTION = ascii("connection");
    private static final byte[] ETAG = ascii("etag");

    private final ByteBuffer direct;
    private final byte[] line = new byte[MOST_OF_LINE];

    /**
     * What a head says.
     *
     * @param length of the body where it is told, else 0
     * @param chunked whether the body comes in chunks
     * @param closes whether the connection ends with it
     * @param etag with its quotation marks; empty where there is none
     */
    record Head(int status, long length, boolean chunked, boolean closes, String etag) {}

    /** Takes at most {@code bufferBytes} from a connection at once. */
    AnswerReader(int bufferBytes) {
        this.direct = ByteBuffer.allocateDirect(bufferBytes).limit(0);
    }

    /** Forgets what a connection that ended had sent. */
    void clear() {
        direct.clear().limit(0);
    }

    /** The next head; throws {@link EOFException} where the server closed the connection. */
    Head head(ReadableByteChannel from) throws IOException {
        var status = status(line(from));
        var length = 0L;
        var chunked = false;
        var closes = false;
        var etag = "";
        for (var end = line(from); end > 0; end = line(from)) {
            // The first letters tell nearly all fields apart.
            switch (line[0] | LOWER) {
                case 'c' -> {
                    if (names(LENGTH, end)) {
                        length = Long.parseLong(value(LENGTH, end));
                    } else if (names(CONNECTION, end)) {
                        closes = value(CONNECTION, end).equalsIgnoreCase("close");
                    }
                }
                case 't' ->
                    chunked |= names(ENCODING, end) && value(ENCODING, end).equalsIgnoreCase("chunked");
                case 'e' -> etag = names(ETAG, end) ? value(ETAG, end) : etag;
                default -> {}
            }
        }
        return new Head(status, length, chunked, closes, etag);
    }

    /** A body in chunks to its end; its bytes are added to {@code kept} where there is one. Returns how many there were. */
    long chunks(ReadableByteChannel from, @Nullable StringBuilder kept) throws IOException {
        var taken = 0L;
        for (var size = chunk(from); size > 0; size = chunk(from)) {
            taken += take(from, size, kept);
            line(from);
        }
        while (line(from) > 0) {
            // Trailers say nothing here.
        }
        return taken;
    }

    /** A body of {@code length} bytes; they are added to {@code kept} where there is one. Returns how many there were. */
    long take(ReadableByteChannel from, long length, @Nullable StringBuilder kept) throws IOException {
        var left = length;
        while (left > 0) {
            if (!direct.hasRemaining()) {
                fill(from);
            }
            var some = (int) Math.min(left, direct.remaining());
            if (kept != null && kept.length() < MOST_KEPT) {
                var bytes = new byte[some];
                direct.get(direct.position(), bytes);
                kept.append(new String(bytes, StandardCharsets.ISO_8859_1));
            }
            direct.position(direct.position() + some);
            left -= some;
        }
        return length;
    }

    private long chunk(ReadableByteChannel from) throws IOException {
        return Long.parseLong(text(0, line(from)), HEX);
    }

    private int status(int end) throws IOException {
        if (end < 12 || !text(0, 7).equals("HTTP/1.")) {
            throw new IOException("not an HTTP answer: " + text(0, end));
        }
        return Integer.parseInt(text(9, 12));
    }

    /** Reads a line into {@link #line}; its length without what ends it. */
    private int line(ReadableByteChannel from) throws IOException {
        for (int end = 0; end < line.length; ) {
            if (!direct.hasRemaining()) {
                fill(from);
            }
            var next = direct.get();
            if (next == '\n') {
                return end > 0 && line[end - 1] == '\r' ? end - 1 : end;
            }
            line[end++] = next;
        }
        throw new IOException("a line of the answer is longer than " + MOST_OF_LINE + " bytes");
    }

    /** Whether the line is the field of that name. */
    private boolean names(byte[] name, int end) {
        if (end <= name.length || line[name.length] != ':') {
            return false;
        }
        for (int i = 0; i < name.length; i++) {
            if ((line[i] | LOWER) != (name[i] | LOWER)) {
                return false;
            }
        }
        return true;
    }

    private String value(byte[] name, int end) {
        return text(name.length + 1, end).strip();
    }

    private String text(int begin, int end) {
        return new String(line, begin, end - begin, StandardCharsets.ISO_8859_1);
    }

    private void fill(ReadableByteChannel from) throws IOException {
        direct.clear();
        var read = from.read(direct);
        direct.flip();
        if (read < 0) {
            throw new EOFException("the server closed the connection");
        }
    }

    private static byte[] ascii(String name) {
        return name.getBytes(StandardCharsets.ISO_8859_1);
    }
}
