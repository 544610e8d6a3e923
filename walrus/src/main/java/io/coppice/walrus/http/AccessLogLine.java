package io.coppice.walrus.http;

import io.coppice.walrus.metadata.BucketRow;
import io.vertx.core.http.HttpServerResponse;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** One line of an access log (S3 User Guide, "Amazon S3 server access log format"). */
final class AccessLogLine {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern(
                    "'['dd/MMM/yyyy:HH:mm:ss Z']'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final Pattern SECRETS = Pattern.compile("((?:X-Amz-)?(?:Signature|Security-Token)=)[^&]*");
    private static final String NONE = "-";

    /** What subresources are called in logs. */
    private static final Map<String, String> RESOURCES = Map.ofEntries(
            Map.entry("acl", "ACL"),
            Map.entry("cors", "CORS"),
            Map.entry("delete", "MULTI_OBJECT_DELETE"),
            Map.entry("encryption", "ENCRYPTION"),
            Map.entry("legal-hold", "OBJECT_LOCK_LEGALHOLD"),
            Map.entry("lifecycle", "LIFECYCLE"),
            Map.entry("location", "LOCATION"),
            Map.entry("logging", "LOGGING_STATUS"),
            Map.entry("notification", "NOTIFICATION"),
            Map.entry("object-lock", "OBJECT_LOCK"),
            Map.entry("ownershipControls", "OWNERSHIP_CONTROLS"),
            Map.entry("policy", "BUCKETPOLICY"),
            Map.entry("publicAccessBlock", "PUBLIC_ACCESS_BLOCK"),
            Map.entry("requestPayment", "REQUEST_PAYMENT"),
            Map.entry("retention", "OBJECT_LOCK_RETENTION"),
            Map.entry("tagging", "TAGGING"),
            Map.entry("uploads", "UPLOADS"),
            Map.entry("versioning", "VERSIONING"),
            Map.entry("versions", "BUCKETVERSIONS"),
            Map.entry("website", "WEBSITE"));

    private AccessLogLine() {}

    /** Tells of a visit that was answered at {@code now}. */
    static String of(Visit visit, S3Request request, BucketRow bucket, HttpServerResponse response, Instant now) {
        var millis = Duration.between(visit.began(), now).toMillis();
        return String.join(
                " ",
                List.of(
                        bucket.canonicalId(),
                        bucket.name(),
                        TIME.format(visit.began()),
                        request.sourceAddress(),
                        visit.caller().anonymous()
                                ? NONE
                                : visit.caller().permissions().principal().arn(),
                        visit.requestId(),
                        operation(visit, request),
                        request.key().isEmpty() ? NONE : encoded(request.key()),
                        quoted(Optional.of(line(request))),
                        String.valueOf(response.getStatusCode()),
                        visit.errorCode(),
                        response.bytesWritten() == 0 ? NONE : String.valueOf(response.bytesWritten()),
                        objectSize(response),
                        String.valueOf(millis),
                        NONE,
                        quoted(request.header("referer")),
                        quoted(request.header("user-agent")),
                        request.parameter("versionId")
                                .map(AccessLogLine::encoded)
                                .orElse(NONE),
                        NONE,
                        signature(request),
                        request.secure() ? "TLS" : NONE,
                        authentication(request),
                        request.header("host").map(AccessLogLine::encoded).orElse(NONE),
                        NONE,
                        NONE,
                        NONE));
    }

    private static String operation(Visit visit, S3Request request) {
        var resource = request.parameters().keySet().stream()
                .sorted()
                .flatMap(name -> Optional.ofNullable(RESOURCES.get(name)).stream())
                .findFirst()
                .orElseGet(() -> request.has("uploadId")
                        ? (request.method().equals("PUT") ? "PART" : "UPLOAD")
                        : request.key().isEmpty() ? "BUCKET" : "OBJECT");
        var copies = request.method().equals("PUT")
                && request.header("x-amz-copy-source").isPresent();
        return (visit.website() ? "WEBSITE." : "REST.") + (copies ? "COPY" : request.method()) + "." + resource;
    }

    /** The request's first line, without what would let its reader use a presigned address. */
    private static String line(S3Request request) {
        var query = request.signable().rawQuery();
        return request.method() + " " + request.signable().rawPath()
                + (query.isEmpty() ? "" : "?" + SECRETS.matcher(query).replaceAll("$1hidden")) + " HTTP/1.1";
    }

    private static String objectSize(HttpServerResponse response) {
        var whole = response.headers().get("Content-Range");
        if (whole != null) {
            return whole.substring(whole.indexOf('/') + 1);
        }
        var length = response.headers().get("Content-Length");
        return length == null || length.equals("0") ? NONE : length;
    }

    private static String signature(S3Request request) {
        var authorization = request.header("authorization").orElse("");
        if (authorization.startsWith("AWS4-") || request.has("X-Amz-Signature")) {
            return "SigV4";
        }
        return authorization.startsWith("AWS ") || request.has("Signature") ? "SigV2" : NONE;
    }

    private static String authentication(S3Request request) {
        if (request.header("authorization").isPresent()) {
            return "AuthHeader";
        }
        return request.has("X-Amz-Signature") || request.has("Signature") ? "QueryString" : NONE;
    }

    /** A quotation mark within would end the field. */
    private static String quoted(Optional<String> text) {
        return text.map(each -> "\"" + each.replace("\"", "%22").replaceAll("[\\r\\n]", "") + "\"")
                .orElse("\"-\"");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("%2F", "/")
                .replace("%3A", ":");
    }
}
