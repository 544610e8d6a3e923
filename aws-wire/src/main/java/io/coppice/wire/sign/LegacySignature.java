package io.coppice.wire.sign;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The signatures of the Query protocol before version 4, which stand among the parameters of the request. Version 2: HMAC
 * over method, host, path and the sorted parameters. Version 1: HMAC-SHA1 over names and values strung together, which two
 * different requests can have in common, so a cloud accepts it only when it is told to. Source: the Amazon EC2 developer
 * guides up to 2013, "Query Requests". Immutable.
 */
public final class LegacySignature {
    private static final String SIGNATURE = "Signature";
    private static final Map<String, String> ALGORITHMS = Map.of("HmacSHA256", "HmacSHA256", "HmacSHA1", "HmacSHA1");
    private static final Comparator<QueryParameters.Parameter> BY_NAME =
            Comparator.comparing(QueryParameters.Parameter::encodedName);

    private final SignableRequest request;
    private final QueryParameters parameters;
    private final String accessKeyId;

    private LegacySignature(SignableRequest request, QueryParameters parameters, String accessKeyId) {
        this.request = request;
        this.parameters = parameters;
        this.accessKeyId = accessKeyId;
    }

    /**
     * Finds the signature; empty when the request has none of this kind.
     *
     * @param form the body, where it is form-encoded; empty otherwise
     */
    public static Optional<LegacySignature> of(SignableRequest request, String form) {
        if (request.header("authorization").isPresent()
                || (!request.rawQuery().contains("AWSAccessKeyId=") && !form.contains("AWSAccessKeyId="))) {
            return Optional.empty();
        }
        try {
            var all = new ArrayList<>(QueryParameters.parse(request.rawQuery()).parameters());
            all.addAll(QueryParameters.parse(form).parameters());
            var parameters = new QueryParameters(all);
            return parameters.first("AWSAccessKeyId").map(key -> new LegacySignature(request, parameters, key));
        } catch (IllegalArgumentException e) {
            // A broken percent escape: whoever reads the parameters says so.
            return Optional.empty();
        }
    }

    /** Whose key signed, as far as the request says. */
    public String accessKeyId() {
        return accessKeyId;
    }

    /**
     * The session token that temporary credentials come with. It is a parameter like others, so the signature covers it
     * (AWS General Reference, "Signature Version 2 signing process": {@code SecurityToken}).
     */
    public Optional<String> sessionToken() {
        return parameters.first("SecurityToken");
    }

    /** The version of the signature, 1 or 2. Throws {@code IncompleteSignature} or the like for another one. */
    public int version(SignatureDialect dialect) {
        return switch (parameters.first("SignatureVersion").orElse("")) {
            case "1" -> 1;
            case "2" -> 2;
            default ->
                throw dialect.error(
                        SignatureFault.MALFORMED_QUERY, "SignatureVersion must be 2 for a request that is signed so.");
        };
    }

    /** Returns when the request is signed with the key and recent; throws in the words of the service otherwise. */
    public void verify(SignatureDialect dialect, LegacyKey key, Clock clock) {
        checkTime(dialect, clock);
        var signature = required(dialect, SIGNATURE);
        var good = version(dialect) == 1
                ? key.signed("HmacSHA1", textOfVersion1(), signature)
                : textsOfVersion2().stream().anyMatch(text -> key.signed(algorithm(dialect), text, signature));
        if (!good) {
            throw dialect.error(SignatureFault.MISMATCH, "");
        }
    }

    private void checkTime(SignatureDialect dialect, Clock clock) {
        var now = clock.instant();
        var expires = parameters.first("Expires");
        if (expires.isPresent()) {
            var end = time(dialect, "Expires", expires.get());
            if (now.isAfter(end)) {
                throw dialect.error(
                        SignatureFault.EXPIRED, "It was good until " + end + "; the time here is " + now + ".");
            }
            return;
        }
        var time = time(dialect, "Timestamp", required(dialect, "Timestamp"));
        if (time.plus(SignatureVerifier.ALLOWED_SKEW).isBefore(now)
                || time.minus(SignatureVerifier.ALLOWED_SKEW).isAfter(now)) {
            throw dialect.error(SignatureFault.SKEWED, "It was signed at " + time + "; the time here is " + now + ".");
        }
    }

    /** ISO 8601; without an offset it is in UTC, as the oldest clients write it. */
    private static Instant time(SignatureDialect dialect, String name, String text) {
        try {
            return text.length() <= "2026-01-02T03:04:05".length()
                    ? LocalDateTime.parse(text).toInstant(ZoneOffset.UTC)
                    : DateTimeFormatter.ISO_DATE_TIME.parse(
                            text,
                            parsed -> parsed.isSupported(ChronoField.OFFSET_SECONDS)
                                    ? Instant.from(parsed)
                                    : LocalDateTime.from(parsed).toInstant(ZoneOffset.UTC));
        } catch (DateTimeException e) {
            throw dialect.error(SignatureFault.MALFORMED_DATE, name + " must be in the form 2026-01-02T03:04:05Z.");
        }
    }

    private String algorithm(SignatureDialect dialect) {
        var name = required(dialect, "SignatureMethod");
        var algorithm = ALGORITHMS.get(name);
        if (algorithm == null) {
            throw dialect.error(
                    SignatureFault.MALFORMED_QUERY,
                    "SignatureMethod must be HmacSHA256 or HmacSHA1, not " + name + ".");
        }
        return algorithm;
    }

    /** Clients differ in whether they sign the port of the host. */
    private List<String> textsOfVersion2() {
        var host = request.header("host").orElse("").toLowerCase(Locale.ROOT);
        var bare = host.replaceFirst(":[0-9]+$", "");
        return host.equals(bare) ? List.of(textOfVersion2(host)) : List.of(textOfVersion2(host), textOfVersion2(bare));
    }

    private String textOfVersion2(String host) {
        var path = request.rawPath().isEmpty() ? "/" : request.rawPath();
        return String.join(
                "\n",
                request.method(),
                host,
                path,
                signed().stream()
                        .sorted(BY_NAME)
                        .map(each -> each.encodedName() + "=" + each.encodedValue())
                        .collect(Collectors.joining("&")));
    }

    private String textOfVersion1() {
        return signed().stream()
                .sorted(Comparator.comparing(each -> each.name().toLowerCase(Locale.ROOT)))
                .map(each -> each.name() + each.value())
                .collect(Collectors.joining());
    }

    private List<QueryParameters.Parameter> signed() {
        return parameters.parameters().stream()
                .filter(each -> !each.name().equals(SIGNATURE))
                .toList();
    }

    private String required(SignatureDialect dialect, String name) {
        return parameters
                .first(name)
                .filter(value -> !value.isEmpty())
                .orElseThrow(() -> dialect.error(
                        SignatureFault.MALFORMED_QUERY, "The request must contain the parameter " + name + "."));
    }
}
