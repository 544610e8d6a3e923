package io.coppice.cloud.front;

import io.coppice.wire.sign.SignableRequest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Locale;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;

/**
 * An answer as bytes, compressed where the client takes it and it is worth it.
 *
 * @param gzip whether {@code body} is compressed (RFC 9110 section 8.4.1.3)
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared; goes to the socket.
record Encoded(int status, byte[] body, boolean gzip) {
    /** What fits into a packet or two is not worth the time. */
    private static final int SMALLEST = 2048;

    static Encoded plain(Answer answer) {
        return new Encoded(answer.status(), answer.xml(), false);
    }

    static Encoded of(Answer answer, SignableRequest request) {
        var plain = plain(answer);
        if (plain.body().length < SMALLEST
                || !takesGzip(request.header("accept-encoding").orElse(""))) {
            return plain;
        }
        var compressed = new ByteArrayOutputStream(plain.body().length / 4);
        try (var gzip = new FastGzip(compressed)) {
            gzip.write(plain.body());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Encoded(answer.status(), compressed.toByteArray(), true);
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
