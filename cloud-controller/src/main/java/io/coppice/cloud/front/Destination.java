package io.coppice.cloud.front;

import io.coppice.wire.sign.SignableRequest;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a request belongs. Clients are given one endpoint for all services, so this must be told from the request: first
 * from the path that older clouds gave each service, then from the service in the signature's scope, then from the form
 * of the request.
 */
enum Destination {
    EC2,
    IAM,
    STS,
    /** A Query request whose action must tell the service. */
    UNKNOWN_QUERY,
    /** Service Quotas, which speaks JSON. */
    SERVICE_QUOTAS,
    S3;

    private static final Pattern SCOPE = Pattern.compile("Credential=[^,]+/[0-9]{8}/[^/,]+/([^/,]+)/aws4_request");
    private static final Pattern QUERY_SCOPE =
            Pattern.compile("(?:^|&)X-Amz-Credential=[^&]+/[0-9]{8}/[^/&]+/([^/&]+)/aws4_request");
    private static final Pattern ACTION = Pattern.compile("(?:^|&)Action=");

    static Destination of(SignableRequest request) {
        return byPath(request.rawPath())
                .or(() -> scopeService(request).flatMap(Destination::byService))
                .orElseGet(() -> byForm(request));
    }

    /** Whether the request names S3 in its signature: then no path belongs to anybody else. */
    static boolean signedForS3(SignableRequest request) {
        return scopeService(request).flatMap(Destination::byService).equals(Optional.of(S3));
    }

    private static Optional<Destination> byPath(String path) {
        var lowerCase = path.toLowerCase(Locale.ROOT);
        if (!lowerCase.startsWith("/services/")) {
            return Optional.empty();
        }
        var name = lowerCase.substring("/services/".length()).replaceFirst("/.*", "");
        return switch (name) {
            case "compute", "eucalyptus" -> Optional.of(EC2);
            case "euare" -> Optional.of(IAM);
            case "tokens" -> Optional.of(STS);
            case "objectstorage", "walrus" -> Optional.of(S3);
            default -> Optional.empty();
        };
    }

    private static Optional<String> scopeService(SignableRequest request) {
        var inHeader = SCOPE.matcher(request.header("authorization").orElse(""));
        if (inHeader.find()) {
            return Optional.of(inHeader.group(1));
        }
        var inQuery = QUERY_SCOPE.matcher(decoded(request.rawQuery()));
        return inQuery.find() ? Optional.of(inQuery.group(1)) : Optional.empty();
    }

    private static Optional<Destination> byService(String service) {
        return switch (service) {
            case "ec2" -> Optional.of(EC2);
            case "iam" -> Optional.of(IAM);
            case "sts" -> Optional.of(STS);
            case "servicequotas" -> Optional.of(SERVICE_QUOTAS);
            case "s3", "s3express" -> Optional.of(S3);
            default -> Optional.empty();
        };
    }

    private static Destination byForm(SignableRequest request) {
        var form = request.method().equals("POST")
                && request.header("content-type").orElse("").startsWith("application/x-www-form-urlencoded");
        var root = request.rawPath().equals("/");
        return root && (form || ACTION.matcher(request.rawQuery()).find()) ? UNKNOWN_QUERY : S3;
    }

    /** Only for finding the scope: what cannot be decoded names none. */
    private static String decoded(String rawQuery) {
        if (!rawQuery.contains("X-Amz-Credential=")) {
            return "";
        }
        try {
            return URLDecoder.decode(rawQuery, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }
}
