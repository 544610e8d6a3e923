package io.coppice.walrus.body;

import io.coppice.wire.error.AwsException;
import io.coppice.wire.sign.SignatureDialect;
import io.coppice.wire.sign.SignatureFault;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * Computes what a body must agree with while it passes, and compares at its end. Not thread-safe.
 */
public final class BodyVerifier {
    private final Expectations expectations;
    private final MessageDigest md5 = Digests.md5();
    private final Optional<MessageDigest> sha256;
    private final Map<ChecksumAlgorithm, ChecksumAlgorithm.Computation> computations =
            new EnumMap<>(ChecksumAlgorithm.class);
    private long length;

    /**
     * What a body must agree with.
     *
     * @param length bytes; -1 when nobody said
     * @param sha256 lower-case hexadecimal, as signed
     * @param md5 Base64, as in Content-MD5
     * @param declared checksums that came in headers, Base64
     * @param trailing the checksum whose value follows the body
     * @param wanted a checksum to compute even when the client sent none
     */
    public record Expectations(
            long length,
            Optional<String> sha256,
            Optional<String> md5,
            Map<ChecksumAlgorithm, String> declared,
            Optional<ChecksumAlgorithm> trailing,
            Optional<ChecksumAlgorithm> wanted) {}

    /** What a body that agreed turned out to be. */
    public record Verified(long length, String md5Hex, Map<ChecksumAlgorithm, String> checksums) {}

    /** Begins with an empty body. */
    public BodyVerifier(Expectations expectations) {
        this.expectations = expectations;
        this.sha256 = expectations.sha256().map(any -> Digests.sha256());
        expectations.declared().keySet().forEach(this::compute);
        expectations.trailing().ifPresent(this::compute);
        expectations.wanted().ifPresent(this::compute);
    }

    /** Takes the next bytes and leaves the buffer as it was. */
    public void update(ByteBuffer bytes) {
        length += bytes.remaining();
        md5.update(bytes.duplicate());
        sha256.ifPresent(digest -> digest.update(bytes.duplicate()));
        computations.values().forEach(computation -> computation.update(bytes.duplicate()));
    }

    /** Compares; throws the {@link AwsException} of the first thing that does not agree. */
    public Verified finish(Map<String, String> trailers) {
        if (expectations.length() >= 0 && length != expectations.length()) {
            throw AwsException.client(
                    "IncompleteBody",
                    "You did not provide the number of bytes specified by the Content-Length HTTP header.");
        }
        sha256.ifPresent(digest -> {
            if (!HexFormat.of()
                    .formatHex(digest.digest())
                    .equals(expectations.sha256().orElseThrow())) {
                throw SignatureDialect.S3.error(SignatureFault.PAYLOAD_MISMATCH, "");
            }
        });
        var md5Bytes = md5.digest();
        expectations.md5().ifPresent(expected -> {
            if (!Base64.getEncoder().encodeToString(md5Bytes).equals(expected)) {
                throw AwsException.client("BadDigest", "The Content-MD5 you specified did not match what we received.");
            }
        });
        var checksums = new EnumMap<ChecksumAlgorithm, String>(ChecksumAlgorithm.class);
        computations.forEach((algorithm, computation) -> checksums.put(algorithm, computation.value()));
        expectations.declared().forEach((algorithm, expected) -> check(algorithm, expected, checksums));
        expectations.trailing().ifPresent(algorithm -> {
            var expected = trailers.get(algorithm.header());
            if (expected == null) {
                throw AwsException.client(
                        "MalformedTrailerError",
                        "The trailer " + algorithm.header() + " was announced and did not come.");
            }
            check(algorithm, expected, checksums);
        });
        return new Verified(length, HexFormat.of().formatHex(md5Bytes), Map.copyOf(checksums));
    }

    private void compute(ChecksumAlgorithm algorithm) {
        computations.computeIfAbsent(algorithm, ChecksumAlgorithm::begin);
    }

    private static void check(ChecksumAlgorithm algorithm, String expected, Map<ChecksumAlgorithm, String> computed) {
        if (!expected.equals(computed.get(algorithm))) {
            throw AwsException.client(
                    "BadDigest", "The " + algorithm + " you specified did not match the calculated checksum.");
        }
    }
}
