package io.coppice.walrus.body;

import io.coppice.wire.sign.CredentialScope;
import io.coppice.wire.sign.SigV4;
import io.coppice.wire.sign.SigningKey;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;

/**
 * The chain of signatures over the chunks of a body, each covering the one before it (S3 API Reference, "Signature
 * calculations for the Authorization header: transferring a payload in multiple chunks"). Not thread-safe.
 */
public final class ChunkSignatures {
    private final SigningKey key;
    private final String prefix;
    private String previous;

    /** Begins with the signature of the request's head, the seed. */
    public ChunkSignatures(SigningKey key, Instant time, CredentialScope scope, String seed) {
        this.key = key;
        this.prefix = SigV4.timestamp(time) + "\n" + scope.text() + "\n";
        this.previous = seed;
    }

    boolean acceptsChunk(String signature, String chunkSha256) {
        return accepts(
                signature,
                "AWS4-HMAC-SHA256-PAYLOAD\n" + prefix + previous + "\n" + SigV4.EMPTY_HASH + "\n" + chunkSha256);
    }

    boolean acceptsTrailer(String signature, String canonicalTrailer) {
        var hash = SigV4.sha256Hex(canonicalTrailer.getBytes(StandardCharsets.UTF_8));
        return accepts(signature, "AWS4-HMAC-SHA256-TRAILER\n" + prefix + previous + "\n" + hash);
    }

    private boolean accepts(String signature, String stringToSign) {
        var expected = key.sign(stringToSign);
        previous = expected;
        return MessageDigest.isEqual(
                expected.getBytes(StandardCharsets.US_ASCII), signature.getBytes(StandardCharsets.UTF_8));
    }
}
