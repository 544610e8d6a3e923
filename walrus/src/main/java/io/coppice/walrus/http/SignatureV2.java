package io.coppice.walrus.http;

import io.coppice.wire.error.AwsException;
import io.coppice.wire.sign.SignatureDialect;
import io.coppice.wire.sign.SignatureFault;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a request says of a signature of version 2 (S3 API Reference, "Signing and authenticating REST requests (AWS
 * signature version 2)").
 *
 * @param texts what may have been signed with HMAC-SHA1: clients differ in how they write the name of a bucket
 * @param signature Base64
 */
record SignatureV2(String accessKeyId, List<String> texts, String signature) {
    private static final Duration ALLOWED_SKEW = Duration.ofMinutes(15);
    private static final String PREFIX = "AWS ";
    /** Parameters that are signed. */
    private static final Set<String> SUBRESOURCES = Set.of(
            "accelerate",
            "acl",
            "analytics",
            "attributes",
            "cors",
            "delete",
            "encryption",
            "inventory",
            "legal-hold",
            "lifecycle",
            "location",
            "logging",
            "metrics",
            "notification",
            "object-lock",
            "ownershipControls",
            "partNumber",
            "policy",
            "policyStatus",
            "publicAccessBlock",
            "replication",
            "requestPayment",
            "response-cache-control",
            "response-content-disposition",
            "response-content-encoding",
            "response-content-language",
            "response-content-type",
            "response-expires",
            "restore",
            "retention",
            "select",
            "select-type",
            "storageClass",
            "tagging",
            "torrent",
            "uploadId",
            "uploads",
            "versionId",
            "versioning",
            "versions",
            "website");

    /** Reads the signature of a request; empty when it has none of this version. Throws the S3 error of a broken or old one. */
    static Optional<SignatureV2> of(S3Request request, Clock clock) {
        var header = request.header("authorization");
        if (header.isPresent()) {
            return header.filter(text -> text.startsWith(PREFIX)).map(text -> ofHeader(request, text, clock));
        }
        return request.parameter("AWSAccessKeyId")
                .filter(any -> request.has("Signature"))
                .map(key -> ofQuery(request, key, clock));
    }

    private static SignatureV2 ofHeader(S3Request request, String header, Clock clock) {
        var credentials = header.substring(PREFIX.length()).strip();
        var colon = credentials.lastIndexOf(':');
        if (colon <= 0 || colon == credentials.length() - 1) {
            throw SignatureDialect.S3.error(
                    SignatureFault.MALFORMED_HEADER, "The Authorization header must be of the form AWS key:signature.");
        }
        var amzDate = request.header("x-amz-date");
        var date = request.header("date").orElse("");
        checkTime(amzDate.orElse(date), clock);
        return new SignatureV2(
                credentials.substring(0, colon),
                texts(request, amzDate.isPresent() ? "" : date),
                credentials.substring(colon + 1));
    }

    private static SignatureV2 ofQuery(S3Request request, String accessKeyId, Clock clock) {
        var expires = request.parameter("Expires").orElse("");
        try {
            if (clock.instant().isAfter(Instant.ofEpochSecond(Long.parseLong(expires)))) {
                throw SignatureDialect.S3.error(SignatureFault.EXPIRED, "It was good until " + expires + ".");
            }
        } catch (NumberFormatException | DateTimeException e) {
            throw AwsException.of("AccessDenied", 403, "Invalid date (should be seconds since epoch): " + expires);
        }
        return new SignatureV2(
                accessKeyId,
                texts(request, expires),
                request.parameter("Signature").orElse(""));
    }

    private static void checkTime(String text, Clock clock) {
        try {
            var time = text.endsWith("Z") && !text.contains(",")
                    ? DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT)
                            .withZone(java.time.ZoneOffset.UTC)
                            .parse(text, Instant::from)
                    // Which day of the week that was is nobody's concern.
                    : DateTimeFormatter.RFC_1123_DATE_TIME.parse(
                            text.substring(text.indexOf(',') + 1).strip(), Instant::from);
            if (time.isBefore(Instant.EPOCH)) {
                throw new DateTimeException("no time that S3 knows");
            }
            if (Duration.between(time, clock.instant()).abs().compareTo(ALLOWED_SKEW) > 0) {
                throw SignatureDialect.S3.error(SignatureFault.SKEWED, "It was signed at " + time + ".");
            }
        } catch (DateTimeException e) {
            throw SignatureDialect.S3.error(
                    SignatureFault.MALFORMED_DATE, "AWS authentication requires a valid Date or x-amz-date header");
        }
    }

    private static List<String> texts(S3Request request, String date) {
        var head = String.join(
                        "\n",
                        request.method(),
                        request.header("content-md5").orElse(""),
                        request.header("content-type").orElse(""),
                        date)
                + "\n"
                + amzHeaders(request);
        var path = (request.byHost() ? "/" + request.bucket() : "")
                + request.signable().rawPath();
        var query = query(request);
        return request.key().isEmpty() && !path.endsWith("/")
                ? List.of(head + path + query, head + path + "/" + query)
                : List.of(head + path + query);
    }

    private static String amzHeaders(S3Request request) {
        var headers = new TreeMap<String, String>();
        request.signable().headers().forEach((name, values) -> {
            if (name.startsWith("x-amz-")) {
                headers.put(name, values.stream().map(String::strip).collect(Collectors.joining(",")));
            }
        });
        return headers.entrySet().stream()
                .map(header -> header.getKey() + ":" + header.getValue() + "\n")
                .collect(Collectors.joining());
    }

    private static String query(S3Request request) {
        var signed = new TreeMap<String, String>();
        request.parameters().forEach((name, value) -> {
            if (SUBRESOURCES.contains(name)) {
                signed.put(name, value);
            }
        });
        return signed.isEmpty()
                ? ""
                : signed.entrySet().stream()
                        .map(each -> each.getValue().isEmpty() ? each.getKey() : each.getKey() + "=" + each.getValue())
                        .collect(Collectors.joining("&", "?", ""));
    }

    /** Whether a parameter of that name is part of what is signed. */
    static boolean isSigned(String parameter) {
        return SUBRESOURCES.contains(parameter);
    }

    /** Without the signature. */
    @Override
    public String toString() {
        return "SignatureV2[" + accessKeyId + "]";
    }
}
