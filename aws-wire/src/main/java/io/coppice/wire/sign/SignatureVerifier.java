package io.coppice.wire.sign;

import io.coppice.wire.error.AwsException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.util.HashSet;

/** Checks signatures for one dialect. Thread-safe. */
public final class SignatureVerifier {
    /** How far a client's clock may be from ours. */
    public static final Duration ALLOWED_SKEW = Duration.ofMinutes(15);

    private final SignatureDialect dialect;
    private final Clock clock;

    public SignatureVerifier(SignatureDialect dialect, Clock clock) {
        this.dialect = dialect;
        this.clock = clock;
    }

    /**
     * Returns when {@code signature} was made with {@code key} over {@code request}, recently enough, and covers every
     * {@code x-amz-*} header; throws {@link AwsException} in the words of the service otherwise.
     *
     * @param payloadHash what stands in the canonical request for the body: the hash that {@link #payloadHash} chose
     */
    public void verify(RequestSignature signature, SignableRequest request, String payloadHash, SigningKey key) {
        checkTime(signature);
        checkHeadersAreSigned(signature, request);
        var canonical = canonical(signature, request, payloadHash);
        var expected = key.sign(SigV4.stringToSign(signature.time(), signature.scope(), canonical));
        if (!sameText(expected, signature.signature())) {
            throw dialect.error(SignatureFault.MISMATCH, "");
        }
    }

    /**
     * What stands for the body in the canonical request of an S3 request: the header {@code x-amz-content-sha256}, which
     * S3 demands, or {@code UNSIGNED-PAYLOAD} for a presigned URL without that header. The body itself is checked against
     * it while it is read.
     */
    public static String payloadHash(RequestSignature signature, SignableRequest request) {
        var header = request.header("x-amz-content-sha256");
        if (header.isPresent()) {
            return header.get();
        }
        if (signature.presigned()) {
            return request.query().first("X-Amz-Content-Sha256").orElse(SigV4.UNSIGNED_PAYLOAD);
        }
        throw AwsException.client("InvalidRequest", "Missing required header for this request: x-amz-content-sha256");
    }

    private void checkTime(RequestSignature signature) {
        var now = clock.instant();
        var time = signature.time();
        if (time.isAfter(now.plus(ALLOWED_SKEW))) {
            throw dialect.error(SignatureFault.SKEWED, time + " is later than the time here, " + now + ".");
        }
        var end = time.plus(signature.life().orElse(ALLOWED_SKEW));
        if (now.isAfter(end)) {
            throw dialect.error(
                    signature.presigned() ? SignatureFault.EXPIRED : SignatureFault.SKEWED,
                    "It was signed at " + time + " and was good until " + end + "; the time here is " + now + ".");
        }
    }

    private void checkHeadersAreSigned(RequestSignature signature, SignableRequest request) {
        var signed = new HashSet<>(signature.signedHeaders());
        for (var name : request.headers().keySet()) {
            if (name.startsWith("x-amz-") && !signed.contains(name)) {
                throw dialect.error(
                        SignatureFault.UNSIGNED_HEADER,
                        "There were headers present in the request which were not signed: " + name);
            }
        }
    }

    private String canonical(RequestSignature signature, SignableRequest request, String payloadHash) {
        try {
            return CanonicalRequest.of(dialect, request, signature, payloadHash);
        } catch (IllegalArgumentException e) {
            // A broken percent escape in the path: no client signs what cannot be decoded.
            throw dialect.error(SignatureFault.MISMATCH, "");
        }
    }

    /** Takes the same time wherever the texts differ. */
    private static boolean sameText(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }
}
