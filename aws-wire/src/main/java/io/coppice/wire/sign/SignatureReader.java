package io.coppice.wire.sign;

import io.coppice.wire.error.AwsException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads the two places where a signature may stand. Used once. */
final class SignatureReader {
    private static final Duration MAX_LIFE = Duration.ofDays(7);
    private static final int SCOPE_PARTS = 5;
    private static final int MAX_SIGNED_HEADERS = 200;

    private final SignatureDialect dialect;
    private final SignableRequest request;

    SignatureReader(SignatureDialect dialect, SignableRequest request) {
        this.dialect = dialect;
        this.request = request;
    }

    Optional<RequestSignature> read() {
        var header = request.header("authorization");
        if (header.isPresent()) {
            return Optional.of(fromHeader(header.get()));
        }
        var query = query();
        return query.first("X-Amz-Algorithm").isPresent() ? Optional.of(fromQuery(query)) : Optional.empty();
    }

    private RequestSignature fromHeader(String header) {
        var space = header.indexOf(' ');
        if (space < 0 || !header.substring(0, space).equals(SigV4.ALGORITHM)) {
            throw dialect.error(
                    SignatureFault.MALFORMED_HEADER,
                    "The Authorization header must begin with " + SigV4.ALGORITHM + ", the only supported algorithm.");
        }
        var fields = fields(header.substring(space + 1));
        var credential = field(fields, "Credential");
        var parts = credentialParts(credential, SignatureFault.MALFORMED_HEADER);
        var time = headerTime();
        checkDay(parts, time, SignatureFault.MALFORMED_HEADER);
        return new RequestSignature(
                accessKeyId(parts),
                scope(parts),
                signedHeaders(field(fields, "SignedHeaders"), SignatureFault.MALFORMED_HEADER),
                field(fields, "Signature"),
                time,
                Optional.empty(),
                request.header("x-amz-security-token"));
    }

    private RequestSignature fromQuery(QueryParameters query) {
        if (!query.first("X-Amz-Algorithm").equals(Optional.of(SigV4.ALGORITHM))) {
            throw malformedQuery("X-Amz-Algorithm only supports \"" + SigV4.ALGORITHM + "\"");
        }
        var parts = credentialParts(parameter(query, "X-Amz-Credential"), SignatureFault.MALFORMED_QUERY);
        var time = queryTime(parameter(query, "X-Amz-Date"));
        checkDay(parts, time, SignatureFault.MALFORMED_QUERY);
        return new RequestSignature(
                accessKeyId(parts),
                scope(parts),
                signedHeaders(parameter(query, "X-Amz-SignedHeaders"), SignatureFault.MALFORMED_QUERY),
                parameter(query, "X-Amz-Signature"),
                time,
                Optional.of(life(query)),
                query.first("X-Amz-Security-Token"));
    }

    private static Map<String, String> fields(String text) {
        var fields = new HashMap<String, String>();
        for (var part : text.split(",")) {
            var equals = part.indexOf('=');
            if (equals > 0) {
                fields.put(
                        part.substring(0, equals).strip(),
                        part.substring(equals + 1).strip());
            }
        }
        return fields;
    }

    private String field(Map<String, String> fields, String name) {
        var value = fields.get(name);
        if (value == null || value.isEmpty()) {
            throw dialect.error(
                    SignatureFault.MALFORMED_HEADER, "Authorization header requires '" + name + "' parameter.");
        }
        return value;
    }

    private String parameter(QueryParameters query, String name) {
        return query.first(name)
                .filter(value -> !value.isEmpty())
                .orElseThrow(() -> malformedQuery("Query-string authentication version 4 requires the " + name
                        + " parameter, which is missing or empty"));
    }

    /** The key id, then the scope; the key id itself may contain slashes, so the parts count from the end. */
    private List<String> credentialParts(String credential, SignatureFault fault) {
        var parts = Arrays.asList(credential.split("/", -1));
        if (parts.size() < SCOPE_PARTS
                || !CredentialScope.terminates(parts.getLast())
                || parts.stream().anyMatch(String::isEmpty)) {
            throw dialect.error(
                    fault,
                    "The Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".");
        }
        return parts;
    }

    private static String accessKeyId(List<String> parts) {
        return String.join("/", parts.subList(0, parts.size() - SCOPE_PARTS + 1));
    }

    private static CredentialScope scope(List<String> parts) {
        var end = parts.size();
        return new CredentialScope(parts.get(end - 4), parts.get(end - 3), parts.get(end - 2));
    }

    private void checkDay(List<String> parts, Instant time, SignatureFault fault) {
        var day = scope(parts).date();
        if (!SigV4.timestamp(time).startsWith(day + "T")) {
            throw dialect.error(fault, "The date of the Credential, " + day + ", is not that of the request.");
        }
    }

    private List<String> signedHeaders(String text, SignatureFault fault) {
        var names = List.of(text.split(";"));
        if (!names.contains("host") || names.size() > MAX_SIGNED_HEADERS) {
            throw dialect.error(fault, "SignedHeaders must contain host, and not more than 200 names.");
        }
        return names;
    }

    private Instant headerTime() {
        try {
            var amazonDate = request.header("x-amz-date");
            if (amazonDate.isPresent()) {
                return SigV4.parseTimestamp(amazonDate.get());
            }
            var date = request.header("date");
            if (date.isPresent()) {
                return DateTimeFormatter.RFC_1123_DATE_TIME.parse(date.get(), Instant::from);
            }
        } catch (DateTimeException e) {
            throw badDate();
        }
        throw badDate();
    }

    private AwsException badDate() {
        return dialect.error(
                SignatureFault.MALFORMED_DATE, "AWS authentication requires a valid Date or x-amz-date header");
    }

    private Instant queryTime(String text) {
        try {
            return SigV4.parseTimestamp(text);
        } catch (DateTimeException e) {
            throw malformedQuery("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
        }
    }

    private Duration life(QueryParameters query) {
        // Only S3 asks for it; elsewhere a URL lives as long as a signature in a header does.
        var text = dialect == SignatureDialect.S3
                ? parameter(query, "X-Amz-Expires")
                : query.first("X-Amz-Expires").orElse(String.valueOf(SignatureVerifier.ALLOWED_SKEW.toSeconds()));
        try {
            var life = Duration.ofSeconds(Long.parseLong(text));
            if (life.isNegative() || life.compareTo(MAX_LIFE) > 0) {
                throw malformedQuery("X-Amz-Expires must be between 0 and 604800 seconds");
            }
            return life;
        } catch (NumberFormatException e) {
            throw malformedQuery("X-Amz-Expires should be a number");
        }
    }

    private QueryParameters query() {
        try {
            return request.query();
        } catch (IllegalArgumentException e) {
            throw malformedQuery("The query string has " + e.getMessage());
        }
    }

    private AwsException malformedQuery(String detail) {
        return dialect.error(SignatureFault.MALFORMED_QUERY, detail);
    }
}
