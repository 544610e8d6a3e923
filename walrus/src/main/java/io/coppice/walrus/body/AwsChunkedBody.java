package io.coppice.walrus.body;

import io.coppice.wire.error.AwsException;
import io.coppice.wire.sign.SignatureDialect;
import io.coppice.wire.sign.SignatureFault;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Takes the {@code aws-chunked} coding off a body: signed or unsigned chunks, with or without trailers (S3 API
 * Reference, "Signature calculations: including trailing headers"). Bytes are handed on before their chunk's signature
 * is checked, so the taker must not use them before the end was reached.
 */
public final class AwsChunkedBody implements BodySource {
    private static final int MAX_LINE_BYTES = 16 * 1024;
    private static final int MAX_TRAILERS = 16;
    private static final String CHUNK_SIGNATURE = "chunk-signature=";
    private static final String TRAILER_SIGNATURE = "x-amz-trailer-signature";

    private final BodySource source;
    private final Optional<ChunkSignatures> signatures;
    private final boolean trailersExpected;
    private final long decodedLength;
    private final Map<String, String> trailers = new TreeMap<>();
    private final MessageDigest chunkDigest = Digests.sha256();
    private ByteBuffer raw = ByteBuffer.allocate(0);
    private String chunkSignature = "";
    private long chunkRemaining;
    private long delivered;
    private boolean first = true;
    private boolean finished;

    /**
     * Decodes {@code source}.
     *
     * @param signatures checks each chunk; empty for the unsigned coding
     * @param trailersExpected whether fields may follow the last chunk
     * @param decodedLength what the body must come to
     */
    public AwsChunkedBody(
            BodySource source, Optional<ChunkSignatures> signatures, boolean trailersExpected, long decodedLength) {
        this.source = source;
        this.signatures = signatures;
        this.trailersExpected = trailersExpected;
        this.decodedLength = decodedLength;
    }

    @Override
    public @Nullable ByteBuffer next() throws IOException {
        if (finished) {
            return null;
        }
        if (chunkRemaining == 0 && !beginChunk()) {
            finish();
            return null;
        }
        var bytes = available();
        var length = (int) Math.min(chunkRemaining, bytes.remaining());
        var piece = bytes.slice(bytes.position(), length);
        bytes.position(bytes.position() + length);
        chunkRemaining -= length;
        delivered += length;
        if (delivered > decodedLength) {
            throw wrongLength();
        }
        if (signatures.isPresent()) {
            chunkDigest.update(piece.duplicate());
        }
        if (chunkRemaining == 0) {
            endChunk();
        }
        return piece;
    }

    @Override
    public Map<String, String> trailers() {
        return Map.copyOf(trailers);
    }

    private boolean beginChunk() throws IOException {
        if (!first && !line().isEmpty()) {
            throw malformed("a chunk is longer than it said");
        }
        first = false;
        var header = line();
        var semicolon = header.indexOf(';');
        var size = semicolon < 0 ? header : header.substring(0, semicolon);
        try {
            chunkRemaining = Long.parseLong(size.strip(), 16);
        } catch (NumberFormatException e) {
            throw malformed("a chunk has no size");
        }
        if (chunkRemaining < 0) {
            throw malformed("a chunk has a negative size");
        }
        if (signatures.isPresent()) {
            var extension = semicolon < 0 ? "" : header.substring(semicolon + 1).strip();
            if (!extension.startsWith(CHUNK_SIGNATURE)) {
                throw SignatureDialect.S3.error(SignatureFault.MISMATCH, "");
            }
            chunkSignature = extension.substring(CHUNK_SIGNATURE.length());
        }
        return chunkRemaining > 0;
    }

    private void endChunk() {
        if (signatures.isPresent()
                && !signatures.get().acceptsChunk(chunkSignature, HexFormat.of().formatHex(chunkDigest.digest()))) {
            throw SignatureDialect.S3.error(SignatureFault.MISMATCH, "");
        }
    }

    private void finish() throws IOException {
        endChunk();
        if (trailersExpected) {
            readTrailers();
        }
        finished = true;
        while (source.next() != null) {
            // What follows the end is no part of the object; it is read so that the connection can be used again.
        }
        if (delivered != decodedLength) {
            throw wrongLength();
        }
    }

    private void readTrailers() throws IOException {
        var canonical = new StringBuilder();
        String signature = null;
        for (var line = trailerLine(); line != null && !line.isEmpty(); line = trailerLine()) {
            var colon = line.indexOf(':');
            if (colon <= 0 || trailers.size() >= MAX_TRAILERS) {
                throw malformed("a trailer is not \"name:value\"");
            }
            var name = line.substring(0, colon).strip().toLowerCase(java.util.Locale.ROOT);
            var value = line.substring(colon + 1).strip();
            if (name.equals(TRAILER_SIGNATURE)) {
                signature = value;
            } else {
                trailers.put(name, value);
                canonical.append(name).append(':').append(value).append('\n');
            }
        }
        if (signatures.isPresent()
                && (signature == null || !signatures.get().acceptsTrailer(signature, canonical.toString()))) {
            throw SignatureDialect.S3.error(SignatureFault.MISMATCH, "");
        }
    }

    /** A line, or null where the body ends: some clients leave out the last line break. */
    private @Nullable String trailerLine() throws IOException {
        return refill() ? line() : null;
    }

    private String line() throws IOException {
        var line = new ByteArrayOutputStream();
        while (true) {
            if (!refill()) {
                if (line.size() > 0) {
                    return line.toString(StandardCharsets.UTF_8);
                }
                throw incomplete();
            }
            var b = raw.get();
            if (b == '\n') {
                var text = line.toString(StandardCharsets.UTF_8);
                return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
            }
            line.write(b);
            if (line.size() > MAX_LINE_BYTES) {
                throw malformed("a line of the chunked coding is too long");
            }
        }
    }

    private ByteBuffer available() throws IOException {
        if (!refill()) {
            throw incomplete();
        }
        return raw;
    }

    private boolean refill() throws IOException {
        while (!raw.hasRemaining()) {
            var more = source.next();
            if (more == null) {
                return false;
            }
            raw = more;
        }
        return true;
    }

    private static AwsException malformed(String detail) {
        return AwsException.client(
                "InvalidRequest",
                "The body is not in the aws-chunked coding that the request announces: " + detail + ".");
    }

    private static AwsException wrongLength() {
        return AwsException.client(
                "IncompleteBody", "The body does not have the length that x-amz-decoded-content-length announces.");
    }

    private static EOFException incomplete() {
        return new EOFException("the body ends within a chunk");
    }
}
