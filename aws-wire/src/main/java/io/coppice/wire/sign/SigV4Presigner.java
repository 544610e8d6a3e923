package io.coppice.wire.sign;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/** Makes URLs that need no other proof. Thread-safe. */
public final class SigV4Presigner {
    private final String accessKeyId;
    private final String secret;
    private final String region;
    private final Clock clock;

    public SigV4Presigner(String accessKeyId, String secret, String region, Clock clock) {
        this.accessKeyId = accessKeyId;
        this.secret = secret;
        this.region = region;
        this.clock = clock;
    }

    /**
     * A URL by which anybody may GET an S3 object for a while.
     *
     * @param object scheme, authority and percent-encoded path, with or without a query
     * @param life 1 second to 7 days
     */
    public URI presignGet(URI object, Duration life) {
        return presign("GET", object, life);
    }

    /**
     * As {@link #presignGet} for any method on an object.
     *
     * @param store scheme and authority of the object store
     * @param query further parameters, unencoded; credentials of a session need their {@code X-Amz-Security-Token}
     */
    public URI presign(
            String method, URI store, String bucket, String key, SequencedMap<String, String> query, Duration life) {
        var parameters = query.entrySet().stream()
                .map(each -> PercentEncoding.encode(each.getKey()) + "=" + PercentEncoding.encode(each.getValue()))
                .collect(Collectors.joining("&"));
        var path = "/" + PercentEncoding.encode(bucket) + "/"
                + PercentEncoding.encodePath(key.getBytes(StandardCharsets.UTF_8));
        return presign(method, URI.create(store + path + (parameters.isEmpty() ? "" : "?" + parameters)), life);
    }

    private URI presign(String method, URI object, Duration life) {
        var now = clock.instant();
        var scope = new CredentialScope(SigV4.timestamp(now).substring(0, 8), region, "s3");
        var query = (object.getRawQuery() == null ? "" : object.getRawQuery() + "&")
                + "X-Amz-Algorithm=" + SigV4.ALGORITHM
                + "&X-Amz-Credential=" + PercentEncoding.encode(accessKeyId + "/" + scope.text())
                + "&X-Amz-Date=" + SigV4.timestamp(now)
                + "&X-Amz-Expires=" + life.toSeconds()
                + "&X-Amz-SignedHeaders=host";
        var request = new SignableRequest(
                method, object.getRawPath(), query, Map.of("host", List.of(object.getRawAuthority())));
        var unsigned =
                new RequestSignature(accessKeyId, scope, List.of("host"), "", now, Optional.of(life), Optional.empty());
        var canonical = CanonicalRequest.of(SignatureDialect.S3, request, unsigned, SigV4.UNSIGNED_PAYLOAD);
        var signature = SigV4.signingKey(secret, scope.date(), region, scope.service())
                .sign(SigV4.stringToSign(now, scope, canonical));
        return URI.create(object.getScheme() + "://" + object.getRawAuthority() + object.getRawPath() + "?" + query
                + "&X-Amz-Signature=" + signature);
    }
}
