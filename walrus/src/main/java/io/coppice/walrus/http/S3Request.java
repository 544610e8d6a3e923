package io.coppice.walrus.http;

import io.coppice.walrus.protocol.S3Errors;
import io.coppice.wire.sign.SignableRequest;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The head of a request, decoded.
 *
 * @param signable as it came over the wire
 * @param bucket empty for the service itself
 * @param key empty for a bucket; as bytes of UTF-8 at most 1,024
 * @param parameters of the query, decoded; the first value where a name comes twice
 * @param sourceAddress the IP address that it came from
 * @param secure whether it came by TLS
 * @param byHost whether the bucket stands in the name of the host
 */
record S3Request(
        SignableRequest signable,
        String bucket,
        String key,
        Map<String, String> parameters,
        String sourceAddress,
        boolean secure,
        boolean byHost) {
    private static final int MAX_KEY_BYTES = 1024;
    private static final int HEX = 16;
    private static final int ASCII_END = 0x80;
    private static final int MAX_BYTE = 0xff;

    S3Request {
        parameters = Map.copyOf(parameters);
    }

    /** Reads a request; {@code domains} are the host names under which buckets may stand as {@code bucket.domain}. */
    static S3Request of(HttpServerRequest request, List<String> domains) {
        var uri = request.uri();
        if (!uri.startsWith("/")) {
            // The absolute form that proxies send.
            var slash = uri.indexOf('/', Math.max(0, uri.indexOf("://") + 3));
            uri = slash < 0 ? "/" : uri.substring(slash);
        }
        var question = uri.indexOf('?');
        var rawPath = question < 0 ? uri : uri.substring(0, question);
        var rawQuery = question < 0 ? "" : uri.substring(question + 1);
        var signable = new SignableRequest(request.method().name(), rawPath, rawQuery, headers(request.headers()));
        var path = rawPath.substring(1);
        var hostBucket = bucketOfHost(signable, domains);
        var slash = hostBucket.isEmpty() ? path.indexOf('/') : -1;
        var bucket = hostBucket.isEmpty() ? decodePath(slash < 0 ? path : path.substring(0, slash)) : hostBucket;
        var rawKey = hostBucket.isEmpty() ? (slash < 0 ? "" : path.substring(slash + 1)) : path;
        return new S3Request(
                signable,
                bucket,
                key(rawKey),
                parameters(rawQuery),
                request.remoteAddress().hostAddress(),
                request.isSSL(),
                !hostBucket.isEmpty());
    }

    private static Map<String, List<String>> headers(MultiMap received) {
        var headers = HashMap.<String, List<String>>newHashMap(received.size());
        for (var header : received) {
            headers.merge(
                    header.getKey().toLowerCase(Locale.ROOT),
                    List.of(text(header.getValue())),
                    (one, other) -> Stream.concat(one.stream(), other.stream()).toList());
        }
        return headers;
    }

    /** The same request from where it really came. */
    S3Request from(String address, boolean byTls) {
        return new S3Request(signable, bucket, key, parameters, address, byTls, byHost);
    }

    /** The same request, without its parameters, about another key of the bucket. */
    S3Request about(String otherKey) {
        return new S3Request(signable, bucket, otherKey, Map.of(), sourceAddress, secure, byHost);
    }

    String method() {
        return signable.method();
    }

    Optional<String> header(String name) {
        return signable.header(name);
    }

    boolean has(String parameter) {
        return parameters.containsKey(parameter);
    }

    Optional<String> parameter(String name) {
        return Optional.ofNullable(parameters.get(name));
    }

    /** Clients send UTF-8 in headers, of which HTTP knows nothing: what came byte by byte becomes text again. */
    private static String text(String header) {
        var bits = 0;
        for (int i = 0; i < header.length(); i++) {
            bits |= header.charAt(i);
        }
        if (bits < ASCII_END || bits > MAX_BYTE) {
            return header;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(header.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException e) {
            return header;
        }
    }

    /** A parameter that is a number of at least 0; {@code absent} when it is not there. */
    int number(String name, int absent) {
        var text = parameters.get(name);
        if (text == null || text.isEmpty()) {
            return absent;
        }
        try {
            var value = Integer.parseInt(text);
            if (value >= 0) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw S3Errors.invalidArgument("Provided " + name + " not an integer or within integer range");
        }
        throw S3Errors.invalidArgument("Argument " + name + " must be an integer between 0 and 2147483647");
    }

    /** Decodes a path; a plus sign is a plus sign. Throws InvalidURI unless it is UTF-8 that can be kept. */
    static String decodePath(String raw) {
        if (isPlain(raw)) {
            return raw;
        }
        var bytes = ByteBuffer.allocate(raw.length() * 3);
        for (int i = 0; i < raw.length(); ) {
            if (raw.charAt(i) == '%') {
                if (i + 2 >= raw.length()) {
                    throw invalidUri();
                }
                var high = Character.digit(raw.charAt(i + 1), HEX);
                var low = Character.digit(raw.charAt(i + 2), HEX);
                if (high < 0 || low < 0) {
                    throw invalidUri();
                }
                bytes.put((byte) (high << 4 | low));
                i += 3;
            } else {
                var codePoint = raw.codePointAt(i);
                bytes.put(Character.toString(codePoint).getBytes(StandardCharsets.UTF_8));
                i += Character.charCount(codePoint);
            }
        }
        try {
            var text = StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
            if (text.indexOf('\0') >= 0) {
                throw invalidUri();
            }
            return text;
        } catch (CharacterCodingException e) {
            throw invalidUri();
        }
    }

    /** Whether it is what it stands for. */
    private static boolean isPlain(String raw) {
        for (int i = 0; i < raw.length(); i++) {
            var c = raw.charAt(i);
            if (c == '%' || c == 0 || c >= ASCII_END) {
                return false;
            }
        }
        return true;
    }

    private static String key(String rawKey) {
        var key = decodePath(rawKey);
        if (key.getBytes(StandardCharsets.UTF_8).length > MAX_KEY_BYTES) {
            throw S3Errors.keyTooLong();
        }
        return key;
    }

    private static String bucketOfHost(SignableRequest request, List<String> domains) {
        var host = request.header("host").orElse("").toLowerCase(Locale.ROOT);
        var colon = host.lastIndexOf(':');
        var name = colon > 0 ? host.substring(0, colon) : host;
        for (var domain : domains) {
            var end = name.length() - domain.length() - 1;
            if (end >= 0 && name.charAt(end) == '.' && name.endsWith(domain)) {
                return name.substring(0, end);
            }
        }
        return "";
    }

    private static Map<String, String> parameters(String rawQuery) {
        var parameters = new LinkedHashMap<String, String>();
        for (var part : rawQuery.split("&")) {
            if (!part.isEmpty()) {
                var equals = part.indexOf('=');
                var name = equals < 0 ? part : part.substring(0, equals);
                parameters.putIfAbsent(decodeQuery(name), equals < 0 ? "" : decodeQuery(part.substring(equals + 1)));
            }
        }
        return parameters;
    }

    private static String decodeQuery(String text) {
        try {
            var decoded = URLDecoder.decode(text, StandardCharsets.UTF_8);
            if (decoded.indexOf('\0') >= 0) {
                throw invalidUri();
            }
            return decoded;
        } catch (IllegalArgumentException e) {
            throw invalidUri();
        }
    }

    private static RuntimeException invalidUri() {
        return io.coppice.wire.error.AwsException.client("InvalidURI", "Couldn't parse the specified URI.");
    }
}
