package io.coppice.walrus.http;

import io.coppice.walrus.blob.BlobOpener;
import io.coppice.walrus.blob.StoredBlob;
import io.coppice.walrus.body.AwsChunkedBody;
import io.coppice.walrus.body.BodySource;
import io.coppice.walrus.body.BodyVerifier;
import io.coppice.walrus.body.ChecksumAlgorithm;
import io.coppice.walrus.body.ChunkSignatures;
import io.coppice.walrus.body.HttpBody;
import io.coppice.walrus.encryption.ObjectKey;
import io.coppice.walrus.protocol.S3Errors;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The body of a request and everything its head says it must agree with. Nothing is read before one of the two methods
 * that take it is called: until then the client may still be waiting for "100 Continue". Not thread-safe.
 */
final class IncomingBody {
    private static final String STREAMING = "STREAMING-";
    private static final int MD5_BYTES = 16;
    private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");

    private final S3Request request;
    private final HttpBody raw;
    private final String payloadHash;
    private final Optional<ChunkSignatures> signatures;
    private final Runnable proceed;

    /**
     * Describes a body.
     *
     * @param payloadHash what the signature says of it: a hash, UNSIGNED-PAYLOAD or a streaming form
     * @param signatures those of its chunks; empty when the head's signature cannot be continued
     * @param proceed tells a client that waits to send on
     */
    IncomingBody(
            S3Request request,
            HttpBody raw,
            String payloadHash,
            Optional<ChunkSignatures> signatures,
            Runnable proceed) {
        this.request = request;
        this.raw = raw;
        this.payloadHash = payloadHash;
        this.signatures = signatures;
        this.proceed = proceed;
    }

    /** Bytes in the store that agree with all that was said of them. Their blob has no row yet. */
    record Stored(StoredBlob blob, BodyVerifier.Verified verified, Optional<String> nonce) {}

    /** The body as it comes, for whoever finds out by itself where it ends. */
    HttpBody begin() {
        proceed.run();
        return raw;
    }

    HttpBody raw() {
        return raw;
    }

    /** Streams the body into a new blob, encrypted where there is a key; {@code wanted} is a checksum to compute in any case. */
    Stored store(BlobOpener store, long maxBytes, Optional<ChecksumAlgorithm> wanted, Optional<ObjectKey> key)
            throws IOException {
        var expectations = expectations(wanted, declared());
        if (expectations.length() > maxBytes) {
            throw S3Errors.entityTooLarge();
        }
        var verifier = new BodyVerifier(expectations);
        var nonce = key.map(each -> ObjectKey.newNonce());
        try (var plain = store.begin(expectations.length());
                var writer = key.map(each -> each.encrypting(plain, nonce.orElseThrow()))
                        .orElse(plain)) {
            proceed.run();
            var source = source(expectations.length());
            var length = 0L;
            for (var bytes = source.next(); bytes != null; bytes = source.next()) {
                length += bytes.remaining();
                if (length > maxBytes) {
                    throw S3Errors.entityTooLarge();
                }
                verifier.update(bytes);
                writer.write(bytes);
            }
            var verified = verifier.finish(source.trailers());
            return new Stored(writer.commit(), verified, nonce);
        }
    }

    /** Reads a short body into memory. */
    byte[] read(int maxBytes) throws IOException {
        return read(maxBytes, declared());
    }

    /** As {@link #read}, where the checksums in the head are not the body's own. */
    byte[] readUndeclared(int maxBytes) throws IOException {
        return read(maxBytes, Map.of());
    }

    private byte[] read(int maxBytes, Map<ChecksumAlgorithm, String> checksums) throws IOException {
        if (length().isEmpty()) {
            return new byte[0];
        }
        var expectations = expectations(Optional.empty(), checksums);
        if (expectations.length() > maxBytes) {
            throw S3Errors.malformedXml();
        }
        proceed.run();
        var verifier = new BodyVerifier(expectations);
        var content = new ByteArrayOutputStream();
        var source = source(expectations.length());
        for (var bytes = source.next(); bytes != null; bytes = source.next()) {
            verifier.update(bytes);
            var piece = new byte[bytes.remaining()];
            bytes.get(piece);
            content.writeBytes(piece);
        }
        verifier.finish(source.trailers());
        return content.toByteArray();
    }

    /** The algorithms of the checksums that came or will come with the body. */
    Optional<ChecksumAlgorithm> algorithm() {
        return declared().keySet().stream().findFirst().or(this::trailing);
    }

    private BodySource source(long length) {
        if (!payloadHash.startsWith(STREAMING)) {
            return raw;
        }
        var signed = payloadHash.startsWith("STREAMING-AWS4-HMAC-SHA256-PAYLOAD");
        if (!signed && !payloadHash.equals("STREAMING-UNSIGNED-PAYLOAD-TRAILER")) {
            throw S3Errors.notImplemented("The body coding " + payloadHash);
        }
        return new AwsChunkedBody(
                raw, signed ? signatures : Optional.empty(), payloadHash.endsWith("-TRAILER"), length);
    }

    private BodyVerifier.Expectations expectations(
            Optional<ChecksumAlgorithm> wanted, Map<ChecksumAlgorithm, String> checksums) {
        var signedHash = HASH.matcher(payloadHash).matches() ? Optional.of(payloadHash) : Optional.<String>empty();
        return new BodyVerifier.Expectations(
                length().or(this::whileItComes).orElseThrow(S3Errors::missingContentLength),
                signedHash,
                md5(),
                checksums,
                trailing(),
                wanted);
    }

    private Optional<Long> length() {
        var name = payloadHash.startsWith(STREAMING) ? "x-amz-decoded-content-length" : "content-length";
        return request.header(name).map(text -> {
            try {
                var length = Long.parseLong(text.strip());
                if (length >= 0) {
                    return length;
                }
            } catch (NumberFormatException e) {
                throw S3Errors.invalidArgument("The header " + name + " is not a number");
            }
            throw S3Errors.invalidArgument("The header " + name + " is negative");
        });
    }

    /** A body in HTTP's own chunks ends where they end. */
    private Optional<Long> whileItComes() {
        return !payloadHash.startsWith(STREAMING)
                        && request.header("transfer-encoding")
                                .filter("chunked"::equalsIgnoreCase)
                                .isPresent()
                ? Optional.of(-1L)
                : Optional.empty();
    }

    private Optional<String> md5() {
        var md5 = request.header("content-md5");
        md5.ifPresent(text -> {
            try {
                if (Base64.getDecoder().decode(text).length != MD5_BYTES) {
                    throw S3Errors.invalidDigest();
                }
            } catch (IllegalArgumentException e) {
                throw S3Errors.invalidDigest();
            }
        });
        return md5;
    }

    private Map<ChecksumAlgorithm, String> declared() {
        var declared = new EnumMap<ChecksumAlgorithm, String>(ChecksumAlgorithm.class);
        for (var algorithm : ChecksumAlgorithm.values()) {
            request.header(algorithm.header()).ifPresent(value -> {
                if (!algorithm.isWellFormed(value)) {
                    throw S3Errors.badDigest("Value for " + algorithm.header() + " header is invalid.");
                }
                declared.put(algorithm, value);
            });
        }
        if (declared.size() > 1) {
            throw S3Errors.invalidRequest(
                    "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
        }
        return declared;
    }

    private Optional<ChecksumAlgorithm> trailing() {
        return request.header("x-amz-trailer")
                .map(name -> ChecksumAlgorithm.ofHeader(name.strip().toLowerCase(Locale.ROOT))
                        .orElseThrow(() -> S3Errors.invalidRequest(
                                "The value specified in the x-amz-trailer header is not supported")));
    }
}
