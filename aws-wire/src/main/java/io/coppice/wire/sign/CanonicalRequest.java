package io.coppice.wire.sign;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;

/** The one form of a request that both sides compute and sign. */
final class CanonicalRequest {
    private static final int ROOM_FOR_HEADERS = 512;

    private CanonicalRequest() {}

    static String of(
            SignatureDialect dialect, SignableRequest request, RequestSignature signature, String payloadHash) {
        return String.join(
                "\n",
                request.method(),
                dialect == SignatureDialect.S3 ? objectPath(request.rawPath()) : servicePath(request.rawPath()),
                request.query().canonical(name -> !signature.presigned() || !name.equals("X-Amz-Signature")),
                headers(request, signature.signedHeaders()),
                String.join(";", signature.signedHeaders()),
                payloadHash);
    }

    /** S3: encoded once, and every slash and dot kept, because {@code a//b} and {@code a/../b} are names of objects. */
    private static String objectPath(String rawPath) {
        return PercentEncoding.encodePath(PercentEncoding.decode(rawPath));
    }

    /** All other services: dots and double slashes resolved, then what was sent encoded is encoded again. */
    private static String servicePath(String rawPath) {
        var segments = new ArrayDeque<String>();
        for (var segment : rawPath.split("/")) {
            if (segment.equals("..")) {
                segments.pollLast();
            } else if (!segment.isEmpty() && !segment.equals(".")) {
                segments.addLast(segment);
            }
        }
        var trailing = rawPath.endsWith("/") && !segments.isEmpty() ? "/" : "";
        var joined = "/" + String.join("/", segments) + trailing;
        return PercentEncoding.encodePath(joined.getBytes(StandardCharsets.UTF_8));
    }

    private static String headers(SignableRequest request, List<String> signedHeaders) {
        var lines = new StringBuilder(ROOM_FOR_HEADERS);
        for (var name : signedHeaders) {
            lines.append(name).append(':');
            var values = request.headers().getOrDefault(name, List.of());
            for (int i = 0; i < values.size(); i++) {
                if (i > 0) {
                    lines.append(',');
                }
                appendTrimmed(values.get(i).strip(), lines);
            }
            lines.append('\n');
        }
        return lines.toString();
    }

    /** Of spaces that follow each other one counts. */
    private static void appendTrimmed(String value, StringBuilder to) {
        if (!value.contains("  ")) {
            to.append(value);
            return;
        }
        var before = 'x';
        for (int i = 0; i < value.length(); i++) {
            var c = value.charAt(i);
            if (c != ' ' || before != ' ') {
                to.append(c);
            }
            before = c;
        }
    }
}
