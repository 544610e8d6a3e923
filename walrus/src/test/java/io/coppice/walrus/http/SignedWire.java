package io.coppice.walrus.http;

import io.coppice.walrus.WalrusFixture;
import io.coppice.wire.sign.CredentialScope;
import io.coppice.wire.sign.SigV4;
import io.coppice.wire.sign.SigningKey;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Writes signed requests byte by byte, so that a test can send what no client would. For one request each. */
final class SignedWire {
    private static final int LIMIT_MILLIS = 60_000;

    private final URI endpoint;
    private final String method;
    private final String path;
    private final Instant time = Instant.now();
    private final SigningKey key;
    private final CredentialScope scope;
    private final List<Map.Entry<String, String>> signed = new ArrayList<>();
    private final List<Map.Entry<String, String>> unsigned = new ArrayList<>();
    private String payloadHash = SigV4.UNSIGNED_PAYLOAD;

    /** A request of Alice's; {@code path} as it goes over the wire, with its query where it has one. */
    SignedWire(URI endpoint, String method, String path) {
        this.endpoint = endpoint;
        this.method = method;
        this.path = path;
        this.scope = new CredentialScope(SigV4.timestamp(time).substring(0, 8), "us-east-1", "s3");
        this.key = SigV4.signingKey(WalrusFixture.SECRET, scope.date(), scope.region(), scope.service());
        signed.add(Map.entry("host", endpoint.getAuthority()));
        signed.add(Map.entry("x-amz-date", SigV4.timestamp(time)));
    }

    /** What came back. */
    record Answer(int status, Map<String, String> headers, String body) {
        String header(String name) {
            return headers.getOrDefault(name, "");
        }
    }

    SignedWire header(String name, String value) {
        signed.add(Map.entry(name, value));
        return this;
    }

    SignedWire unsignedHeader(String name, String value) {
        unsigned.add(Map.entry(name, value));
        return this;
    }

    Answer send(byte[] body) throws IOException {
        return exchange(head(), body);
    }

    /** Sends the head alone, as one does who waits to be told to go on. */
    Answer sendHead(int contentLength) throws IOException {
        unsigned.add(Map.entry("Content-Length", String.valueOf(contentLength)));
        return exchange(head(), new byte[0]);
    }

    /**
     * Sends a body in one signed chunk with a signed trailer.
     *
     * @param trailer name and value
     * @param declaredLength what the head says of the body's length
     * @param tamper whether the trailer's signature is another one
     */
    Answer sendChunked(byte[] body, Map.Entry<String, String> trailer, int declaredLength, boolean tamper)
            throws IOException {
        payloadHash = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
        signed.add(Map.entry("x-amz-decoded-content-length", String.valueOf(declaredLength)));
        signed.add(Map.entry("x-amz-trailer", trailer.getKey()));
        signed.add(Map.entry("content-encoding", "aws-chunked"));
        var seed = sign(head());
        var chunk = chunkSignature(seed, body);
        var last = chunkSignature(chunk, new byte[0]);
        var line = trailer.getKey() + ":" + trailer.getValue();
        var end = key.sign("AWS4-HMAC-SHA256-TRAILER\n" + SigV4.timestamp(time) + "\n" + scopeText() + "\n" + last
                + "\n" + SigV4.sha256Hex((line + "\n").getBytes(StandardCharsets.UTF_8)));
        var wire = new ByteArrayOutputStream();
        wire.writeBytes(bytes(Integer.toHexString(body.length) + ";chunk-signature=" + chunk + "\r\n"));
        wire.writeBytes(body);
        wire.writeBytes(bytes("\r\n0;chunk-signature=" + last + "\r\n" + line + "\r\nx-amz-trailer-signature:"
                + (tamper ? "0".repeat(end.length()) : end) + "\r\n\r\n"));
        return exchange(head(), wire.toByteArray());
    }

    private String chunkSignature(String before, byte[] chunk) {
        return key.sign("AWS4-HMAC-SHA256-PAYLOAD\n" + SigV4.timestamp(time) + "\n" + scopeText() + "\n" + before + "\n"
                + SigV4.EMPTY_HASH + "\n" + SigV4.sha256Hex(chunk));
    }

    /** The signature that stands in a head. */
    private static String sign(String head) {
        var from = head.indexOf("Signature=") + "Signature=".length();
        return head.substring(from, head.indexOf('\r', from));
    }

    private String head() {
        var canonical = new TreeMap<String, String>();
        signed.forEach(header ->
                canonical.merge(header.getKey().toLowerCase(Locale.ROOT), header.getValue(), (a, b) -> a + "," + b));
        canonical.put("x-amz-content-sha256", payloadHash);
        var names = String.join(";", canonical.keySet());
        var question = path.indexOf('?');
        var request = method + "\n" + (question < 0 ? path : path.substring(0, question)) + "\n"
                + (question < 0 ? "" : path.substring(question + 1)) + "\n"
                + canonical.entrySet().stream()
                        .map(each -> each.getKey() + ":" + each.getValue() + "\n")
                        .collect(Collectors.joining())
                + "\n" + names + "\n" + payloadHash;
        var signature = SigV4.sign(key, SigV4.stringToSign(time, scope, request));
        var head = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
        signed.forEach(header -> head.append(header.getKey() + ": " + header.getValue() + "\r\n"));
        head.append("x-amz-content-sha256: ").append(payloadHash).append("\r\n");
        unsigned.forEach(header -> head.append(header.getKey() + ": " + header.getValue() + "\r\n"));
        return head.append("Authorization: AWS4-HMAC-SHA256 Credential=" + WalrusFixture.ALICE + "/" + scopeText()
                        + ", SignedHeaders=" + names + ", Signature=" + signature + "\r\n")
                .toString();
    }

    private String scopeText() {
        return scope.date() + "/" + scope.region() + "/" + scope.service() + "/aws4_request";
    }

    private Answer exchange(String head, byte[] body) throws IOException {
        try (var socket = new Socket(endpoint.getHost(), endpoint.getPort())) {
            socket.setSoTimeout(LIMIT_MILLIS);
            var out = new ByteArrayOutputStream();
            out.writeBytes(bytes(head));
            if (!head.contains("Content-Length")) {
                out.writeBytes(bytes("Content-Length: " + body.length + "\r\nConnection: close\r\n"));
            }
            out.writeBytes(bytes("\r\n"));
            out.writeBytes(body);
            socket.getOutputStream().write(out.toByteArray());
            return answer(socket.getInputStream());
        }
    }

    private static Answer answer(InputStream in) throws IOException {
        var head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            var next = in.read();
            if (next < 0) {
                throw new EOFException("the answer ends within its head: " + head);
            }
            head.append((char) next);
        }
        var lines = head.toString().strip().split("\r\n");
        var headers = new LinkedHashMap<String, String>();
        for (int i = 1; i < lines.length; i++) {
            var colon = lines[i].indexOf(':');
            headers.put(
                    lines[i].substring(0, colon).toLowerCase(Locale.ROOT),
                    lines[i].substring(colon + 1).strip());
        }
        var length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
        var body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        return new Answer(Integer.parseInt(lines[0].split(" ")[1]), headers, body);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }
}
