package io.coppice.wire.sign;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a request says about its signature. Nothing of it is proved before {@link SignatureVerifier#verify} returned.
 *
 * @param accessKeyId whose key signed
 * @param scope what the key is good for
 * @param signedHeaders lower case, in the client's order
 * @param signature lower-case hexadecimal; also the seed signature of a chunked upload
 * @param time when it was signed
 * @param life how long a presigned URL is good for, counted from {@code time}; empty for a signature in a header
 * @param sessionToken the token that came with temporary credentials
 */
public record RequestSignature(
        String accessKeyId,
        CredentialScope scope,
        List<String> signedHeaders,
        String signature,
        Instant time,
        Optional<Duration> life,
        Optional<String> sessionToken) {
    public RequestSignature {
        signedHeaders = List.copyOf(signedHeaders);
    }

    /** Whether it stands in the URL. */
    public boolean presigned() {
        return life.isPresent();
    }

    /**
     * Reads the signature of a request; empty when it is not signed at all. Throws
     * {@link io.coppice.wire.error.AwsException} in the words of the service when it has not the documented form.
     */
    public static Optional<RequestSignature> of(SignatureDialect dialect, SignableRequest request) {
        return new SignatureReader(dialect, request).read();
    }
}
