package io.coppice.server.bench.s3;

import io.coppice.wire.sign.CredentialScope;
import io.coppice.wire.sign.SigV4;
import io.coppice.wire.sign.SigningKey;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A client of S3 that costs little beside what it measures: one kept connection, a key that is derived once, bodies whose
 * hash is known, answers read to their end and kept only when they are short. Used by one thread.
 */
final class S3Connection implements AutoCloseable {
    private static final int BUFFER = 256 * 1024;
    private static final int MOST_KEPT = 2 * 1024 * 1024;
    private static final int TIMEOUT_MILLIS = (int) Duration.ofSeconds(60).toMillis();
    private static final int NO_CONTENT = 204;
    private static final int HEX = 16;

    private final Target target;
    private final String host;
    private final byte[] buffer = new byte[BUFFER];
    private int position;
    private int limit;
    private @Nullable Socket socket;
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
        var text = new StringBuilder(512)
                .append(method)
                .append(' ')
                .append(path)
                .append(query.isEmpty() ? "" : "?" + query)
                .append(" HTTP/1.1\r\nHost: ")
                .append(host)
                .append("\r\n");
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
        var signed = "host;x-amz-content-sha256;x-amz-date";
        var canonical = method + "\n" + path + "\n" + query + "\nhost:" + host + "\nx-amz-content-sha256:" + hash
                + "\nx-amz-date:" + time + "\n\n" + signed + "\n" + hash;
        head.append("x-amz-content-sha256: ")
                .append(hash)
                .append("\r\nx-amz-date: ")
                .append(time)
                .append("\r\nAuthorization: AWS4-HMAC-SHA256 Credential=")
                .append(target.accessKeyId())
                .append('/')
                .append(scope.text())
                .append(", SignedHeaders=")
                .append(signed)
                .append(", Signature=")
                .append(key.sign(SigV4.stringToSign(now, scope, canonical)))
                .append("\r\n");
    }

    private Answer exchange(String method, byte[] head, Body body, boolean keepText) throws IOException {
        var open = connected();
        var out = open.getOutputStream();
        if (body.bytes().length <= BUFFER) {
            var whole = new byte[head.length + body.bytes().length];
            System.arraycopy(head, 0, whole, 0, head.length);
            System.arraycopy(body.bytes(), 0, whole, head.length, body.bytes().length);
            out.write(whole);
        } else {
            send(out, head, body.bytes());
        }
        return answer(method, open.getInputStream(), keepText);
    }

    private static void send(OutputStream out, byte[] head, byte[] body) throws IOException {
        out.write(head);
        for (int sent = 0; sent < body.length; sent += BUFFER) {
            out.write(body, sent, Math.min(BUFFER, body.length - sent));
        }
    }

    private Socket connected() throws IOException {
        var open = socket;
        if (open == null) {
            open = new Socket();
            open.setTcpNoDelay(true);
            open.setSoTimeout(TIMEOUT_MILLIS);
            open.connect(
                    new InetSocketAddress(
                            target.endpoint().getHost(), target.endpoint().getPort()),
                    TIMEOUT_MILLIS);
            position = 0;
            limit = 0;
            socket = open;
        }
        return open;
    }

    private Answer answer(String method, InputStream in, boolean keepText) throws IOException {
        var status = status(line(in));
        while (status == 100) {
            while (!line(in).isEmpty()) {
                // The head of "100 Continue" says nothing.
            }
            status = status(line(in));
        }
        var length = 0L;
        var chunked = false;
        var closes = false;
        var etag = "";
        for (var line = line(in); !line.isEmpty(); line = line(in)) {
            var colon = line.indexOf(':');
            var value = line.substring(colon + 1).strip();
            switch (line.substring(0, Math.max(0, colon)).toLowerCase(Locale.ROOT)) {
                case "content-length" -> length = Long.parseLong(value);
                case "transfer-encoding" -> chunked = value.equalsIgnoreCase("chunked");
                case "connection" -> closes = value.equalsIgnoreCase("close");
                case "etag" -> etag = value;
                default -> {}
            }
        }
        var kept = new StringBuilder();
        var keep = keepText || status >= 300;
        var taken = 0L;
        if (!method.equals("HEAD") && status != NO_CONTENT) {
            taken = chunked ? chunks(in, keep ? kept : null) : take(in, length, keep ? kept : null);
        }
        if (closes) {
            close();
        }
        return new Answer(status, etag, taken, kept.toString());
    }

    private long chunks(InputStream in, @Nullable StringBuilder kept) throws IOException {
        var taken = 0L;
        for (var size = Long.parseLong(line(in), HEX); size > 0; size = Long.parseLong(line(in), HEX)) {
            taken += take(in, size, kept);
            line(in);
        }
        while (!line(in).isEmpty()) {
            // Trailers say nothing here.
        }
        return taken;
    }

    private long take(InputStream in, long length, @Nullable StringBuilder kept) throws IOException {
        var left = length;
        while (left > 0) {
            if (position == limit) {
                fill(in);
            }
            var some = (int) Math.min(left, limit - position);
            if (kept != null && kept.length() < MOST_KEPT) {
                kept.append(new String(buffer, position, some, StandardCharsets.ISO_8859_1));
            }
            position += some;
            left -= some;
        }
        return length;
    }

    private static int status(String line) throws IOException {
        if (!line.startsWith("HTTP/1.") || line.length() < 12) {
            throw new IOException("not an HTTP answer: " + line);
        }
        return Integer.parseInt(line.substring(9, 12));
    }

    private String line(InputStream in) throws IOException {
        var text = new StringBuilder(64);
        while (true) {
            if (position == limit) {
                fill(in);
            }
            var next = buffer[position++];
            if (next == '\n') {
                return text.toString();
            }
            if (next != '\r') {
                text.append((char) (next & 0xff));
            }
        }
    }

    private void fill(InputStream in) throws IOException {
        position = 0;
        limit = Math.max(0, in.read(buffer));
        if (limit == 0) {
            throw new EOFException("the server closed the connection");
        }
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
