package io.coppice.server.bench.s3;

import io.coppice.wire.sign.CredentialScope;
import io.coppice.wire.sign.SigV4;
import io.coppice.wire.sign.SigningKey;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A client of S3 that costs little beside what it measures: one kept connection, one call of the kernel for what is sent and
 * one for what comes, a key that is derived once, bodies whose hash is known, answers read to their end and kept only when
 * they are short. Used by one thread; {@link #close} by any, which ends a call that waits.
 */
final class S3Connection implements AutoCloseable {
    private static final int BUFFER = 256 * 1024;
    private static final int CONTINUE = 100;
    private static final int NO_CONTENT = 204;
    private static final int ERRORS = 300;
    private static final String SIGNED = "host;x-amz-content-sha256;x-amz-date";

    private final Target target;
    private final String host;
    private final ByteBuffer outgoing = ByteBuffer.allocateDirect(BUFFER);
    private final AnswerReader answers = new AnswerReader(BUFFER);
    private volatile @Nullable SocketChannel socket;
    private @Nullable SigningKey key;
    private String keyDay = "";

    /** Whom to ask, and who asks; without an access key nothing is signed. */
    record Target(URI endpoint, String region, String accessKeyId, String secretAccessKey) {
        @Override
        public String toString() {
            return "Target[" + endpoint + "]";
        }
    }

    /** A body and its SHA-256 in hexadecimal, computed once. */
    record Body(byte[] bytes, String sha256) {
        /** No bytes at all. */
        static final Body NONE = new Body(new byte[0], SigV4.EMPTY_HASH);

        static Body of(byte[] bytes) {
            return new Body(bytes, SigV4.sha256Hex(bytes));
        }
    }

    /**
     * What was answered.
     *
     * @param length how many bytes of body came
     * @param text the body when it was short, else its beginning
     */
    record Answer(int status, String etag, long length, String text) {
        boolean good() {
            return status >= 200 && status < 300;
        }
    }

    S3Connection(Target target) {
        this.target = target;
        this.host = target.endpoint().getAuthority();
    }

    /** One request; path and query are in their canonical form. {@code keepText}: whether the body is wanted. */
    Answer call(String method, String path, String query, Body body, boolean keepText) throws IOException {
        var head = head(method, path, query, body);
        try {
            return exchange(method, head, body, keepText);
        } catch (EOFException e) {
            // A kept connection that the server had closed meanwhile.
            close();
            return exchange(method, head, body, keepText);
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private byte[] head(String method, String path, String query, Body body) {
        var text = new StringBuilder(640).append(method).append(' ').append(path);
        if (!query.isEmpty()) {
            text.append('?').append(query);
        }
        text.append(" HTTP/1.1\r\nHost: ").append(host).append("\r\n");
        if (!target.accessKeyId().isEmpty()) {
            sign(text, method, path, query, body.sha256());
        }
        if (body.bytes().length > 0 || method.equals("PUT") || method.equals("POST")) {
            text.append("Content-Length: ").append(body.bytes().length).append("\r\n");
        }
        return text.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    }

    private void sign(StringBuilder head, String method, String path, String query, String hash) {
        var now = Instant.now();
        var time = SigV4.timestamp(now);
        var day = time.substring(0, 8);
        var scope = new CredentialScope(day, target.region(), "s3");
        if (key == null || !day.equals(keyDay)) {
            key = SigV4.signingKey(target.secretAccessKey(), day, scope.region(), scope.service());
            keyDay = day;
        }
        var canonical = method + "\n" + path + "\n" + query + "\nhost:" + host + "\nx-amz-content-sha256:" + hash
                + "\nx-amz-date:" + time + "\n\n" + SIGNED + "\n" + hash;
        head.append("x-amz-content-sha256: ")
                .append(hash)
                .append("\r\nx-amz-date: ")
                .append(time)
                .append("\r\nAuthorization: AWS4-HMAC-SHA256 Credential=")
                .append(target.accessKeyId())
                .append('/')
                .append(scope.text())
                .append(", SignedHeaders=")
                .append(SIGNED)
                .append(", Signature=")
                .append(key.sign(SigV4.stringToSign(now, scope, canonical)))
                .append("\r\n");
    }

    private Answer exchange(String method, byte[] head, Body body, boolean keepText) throws IOException {
        var open = connected();
        outgoing.clear().put(head);
        var sent = 0;
        do {
            var some = Math.min(outgoing.remaining(), body.bytes().length - sent);
            outgoing.put(body.bytes(), sent, some).flip();
            sent += some;
            while (outgoing.hasRemaining()) {
                open.write(outgoing);
            }
            outgoing.clear();
        } while (sent < body.bytes().length);
        return answer(open, method, keepText);
    }

    private SocketChannel connected() throws IOException {
        var open = socket;
        if (open == null) {
            open = SocketChannel.open(new InetSocketAddress(
                    target.endpoint().getHost(), target.endpoint().getPort()));
            open.setOption(StandardSocketOptions.TCP_NODELAY, true);
            answers.clear();
            socket = open;
        }
        return open;
    }

    private Answer answer(SocketChannel from, String method, boolean keepText) throws IOException {
        var head = answers.head(from);
        while (head.status() == CONTINUE) {
            head = answers.head(from);
        }
        var kept = keepText || head.status() >= ERRORS ? new StringBuilder() : null;
        var taken = 0L;
        if (!method.equals("HEAD") && head.status() != NO_CONTENT) {
            taken = head.chunked() ? answers.chunks(from, kept) : answers.take(from, head.length(), kept);
        }
        if (head.closes()) {
            close();
        }
        return new Answer(head.status(), head.etag(), taken, kept == null ? "" : kept.toString());
    }

    @Override
    public void close() throws IOException {
        var open = socket;
        socket = null;
        if (open != null) {
            open.close();
        }
    }
}
