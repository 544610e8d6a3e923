package io.coppice.cloud.front;

import io.coppice.wire.sign.SignableRequest;
import io.netty.buffer.Unpooled;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * An answer as the buffers that go to the socket, compressed where the client takes it and it is worth it.
 *
 * @param size of all buffers, in bytes
 * @param gzip whether they are compressed (RFC 9110 section 8.4.1.3)
 */
record Encoded(int status, List<Buffer> body, int size, boolean gzip) {
    /** What fits into a packet or two is not worth the time. */
    private static final int SMALLEST = 2048;

    static Encoded plain(Answer answer) {
        var body = new ArrayList<Buffer>();
        answer.xml().forEach((bytes, length) -> body.add(buffer(bytes, length)));
        return new Encoded(answer.status(), body, answer.xml().size(), false);
    }

    static Encoded of(Answer answer, SignableRequest request) {
        var size = answer.xml().size();
        if (size < SMALLEST || !takesGzip(request.header("accept-encoding").orElse(""))) {
            return plain(answer);
        }
        var compressed = new ByteArrayOutputStream(size / 4);
        try (var gzip = new FastGzip(compressed)) {
            answer.xml().writeTo(gzip);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var body = buffer(compressed.toByteArray(), compressed.size());
        return new Encoded(answer.status(), List.of(body), body.length(), true);
    }

    /** The bytes themselves and no copy of them, for which this version of Vert.x has no other way. */
    @SuppressWarnings("deprecation")
    private static Buffer buffer(byte[] bytes, int length) {
        return Buffer.buffer(Unpooled.wrappedBuffer(bytes, 0, length));
    }

    /** Sends it; the head must be complete but for the length. On the response's own thread. */
    void sendBy(HttpServerResponse response) {
        if (body.size() == 1) {
            response.end(body.getFirst());
            return;
        }
        response.putHeader("Content-Length", Integer.toString(size));
        body.forEach(response::write);
        response.end();
    }

    /** What a list repeats is found by the least effort too, in a third of the time. */
    private static final class FastGzip extends GZIPOutputStream {
        private static final int BUFFER = 64 * 1024;

        FastGzip(OutputStream out) throws IOException {
            super(out, BUFFER);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }

    /** Named, or by the wildcard, and not with a weight of nought (RFC 9110 section 12.5.3). */
    private static boolean takesGzip(String header) {
        var wildcard = false;
        for (var part : header.toLowerCase(Locale.ROOT).split(",")) {
            var coding = part.strip().split("\\s*;\\s*");
            var refused = coding.length > 1 && coding[1].matches("q\\s*=\\s*0(\\.0*)?");
            if (coding[0].equals("gzip") || coding[0].equals("x-gzip")) {
                return !refused;
            }
            wildcard |= coding[0].equals("*") && !refused;
        }
        return wildcard;
    }
}
