package io.coppice.server.bench;

import io.coppice.wire.sign.SigV4;
import io.coppice.wire.sign.SigningKey;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A client of the EC2 Query API that costs little beside what it measures: one kept connection, requests signed with
 * Signature Version 4, answers read to their end and looked at for their status only. Used by one thread.
 */
final class LoadClient implements AutoCloseable {
    private static final String SIGNED = "content-type;host;x-amz-date";
    private static final String FORM = "application/x-www-form-urlencoded";
    private static final int OK = 200;
    private static final int DATE_DIGITS = 8;
    private static final int BUFFER = 64 * 1024;

    private final Target target;
    private final String host;
    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    /** Where the cloud is and who asks. */
    record Target(URI endpoint, String region, String accessKeyId, String secretAccessKey) {
        @Override
        public String toString() {
            return "Target[" + endpoint + "]";
        }
    }

    LoadClient(Target target, Duration limit) throws IOException {
        this.target = target;
        this.host = target.endpoint().getAuthority();
        this.socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(Math.toIntExact(limit.toMillis()));
        socket.connect(
                new InetSocketAddress(
                        target.endpoint().getHost(), target.endpoint().getPort()),
                Math.toIntExact(limit.toMillis()));
        this.in = new BufferedInputStream(socket.getInputStream(), BUFFER);
        this.out = new BufferedOutputStream(socket.getOutputStream(), BUFFER);
    }

    /** Carries out one action and gives the answer; throws {@link IOException} unless it is 200. */
    String call(String action, Map<String, String> parameters) throws IOException {
        send(body(action, parameters));
        var head = new Head(line());
        for (var line = line(); !line.isEmpty(); line = line()) {
            head.read(line);
        }
        var answer = in.readNBytes(head.length);
        if (answer.length < head.length) {
            throw new EOFException("the server closed the connection within an answer");
        }
        var text = new String(answer, StandardCharsets.UTF_8);
        if (head.status != OK) {
            throw new IOException(action + " was answered " + head.status + ": " + text);
        }
        return text;
    }

    private static byte[] body(String action, Map<String, String> parameters) {
        var text = "Action=" + action + "&Version=2016-11-15"
                + parameters.entrySet().stream()
                        .map(each ->
                                "&" + each.getKey() + "=" + URLEncoder.encode(each.getValue(), StandardCharsets.UTF_8))
                        .collect(Collectors.joining());
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private void send(byte[] body) throws IOException {
        var now = Instant.now();
        var time = SigV4.timestamp(now);
        var scope = new io.coppice.wire.sign.CredentialScope(time.substring(0, DATE_DIGITS), target.region(), "ec2");
        var canonical = "POST\n/\n\ncontent-type:" + FORM + "\nhost:" + host + "\nx-amz-date:" + time + "\n\n" + SIGNED
                + "\n" + SigV4.sha256Hex(body);
        var signature = key(scope).sign(SigV4.stringToSign(now, scope, canonical));
        var head = "POST / HTTP/1.1\r\nHost: " + host + "\r\nContent-Type: " + FORM + "\r\nX-Amz-Date: " + time
                + "\r\nAuthorization: " + SigV4.ALGORITHM + " Credential=" + target.accessKeyId() + "/" + scope.text()
                + ", SignedHeaders=" + SIGNED + ", Signature=" + signature + "\r\nContent-Length: " + body.length
                + "\r\n\r\n";
        out.write(head.getBytes(StandardCharsets.ISO_8859_1));
        out.write(body);
        out.flush();
    }

    private SigningKey key(io.coppice.wire.sign.CredentialScope scope) {
        return SigV4.signingKey(target.secretAccessKey(), scope.date(), scope.region(), scope.service());
    }

    private String line() throws IOException {
        var text = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the server closed the connection");
            }
            if (next != '\r') {
                text.append((char) next);
            }
        }
        return text.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    /** What must be known of an answer's head. */
    private static final class Head {
        private final int status;
        private int length;

        Head(String statusLine) throws IOException {
            var parts = statusLine.split(" ", 3);
            if (parts.length < 2 || !parts[0].startsWith("HTTP/1.")) {
                throw new IOException("not an HTTP answer: " + statusLine);
            }
            status = Integer.parseInt(parts[1]);
        }

        void read(String line) throws IOException {
            var name = line.toLowerCase(Locale.ROOT);
            if (name.startsWith("content-length:")) {
                length = Integer.parseInt(
                        name.substring("content-length:".length()).strip());
            } else if (name.startsWith("transfer-encoding:")) {
                throw new IOException("the answer comes in chunks, which this client does not read");
            }
        }
    }
}
