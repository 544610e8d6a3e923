package io.coppice.walrus.http;

import io.coppice.walrus.blob.BlobOpener;
import io.coppice.walrus.body.BodyVerifier;
import io.coppice.walrus.body.ChecksumAlgorithm;
import io.coppice.walrus.encryption.ObjectKey;
import io.coppice.walrus.metadata.NewObject;
import io.coppice.walrus.metadata.Segment;
import io.coppice.walrus.metadata.StoredChecksum;
import io.coppice.walrus.metadata.StoredHeaders;
import io.coppice.walrus.metadata.Versions;
import io.coppice.walrus.protocol.S3Errors;
import io.coppice.walrus.protocol.XmlWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * CopyObject. Where neither side is encrypted the copy shares the bytes of its source; else they are read and written anew.
 * Thread-safe.
 */
final class ObjectCopies {
    private static final long MAX_BYTES = 5L * 1024 * 1024 * 1024;
    private static final int BUFFER_BYTES = 1024 * 1024;
    private static final String REDIRECT = "x-amz-website-redirect-location";

    private final Store store;
    private final Authorization authorization;
    private final Drafts drafts;
    private final ObjectWrites writes;

    ObjectCopies(Store store, Authorization authorization, Drafts drafts, ObjectWrites writes) {
        this.store = store;
        this.authorization = authorization;
        this.drafts = drafts;
        this.writes = writes;
    }

    private record Copied(NewObject object, Versions.Written written, Optional<String> sourceVersion) {}

    void copy(S3Exchange exchange) throws IOException {
        var request = exchange.request();
        var source = CopySource.of(request);
        var replaceHeaders = replaces(request, "x-amz-metadata-directive");
        var replaceTags = replaces(request, "x-amz-tagging-directive");
        var draft = drafts.of(request, exchange.caller(), exchange.bucket());
        var itself = source.bucket().equals(request.bucket()) && source.key().equals(request.key());
        if (itself && source.versionId().isEmpty() && !replaceHeaders && !changesAnything(request)) {
            throw S3Errors.invalidRequest(
                    "This copy request is illegal because it is trying to copy an object to itself without changing the"
                            + " object's metadata, storage class, website redirect location or encryption attributes.");
        }
        var wanted = ObjectWrites.namedAlgorithm(request);
        var held = store.transactions().call(session -> source.hold(store, authorization, session, exchange));
        if (held.object().sizeBytes() > MAX_BYTES) {
            throw S3Errors.invalidRequest(
                    "The specified copy source is larger than the maximum allowable size for a copy source: "
                            + MAX_BYTES);
        }
        var otherChecksum = wanted.isPresent()
                && !held.object().checksum().map(StoredChecksum::algorithm).equals(wanted.map(Enum::name));
        var anew = held.key().isPresent() || draft.key().isPresent() || otherChecksum;
        var copied = anew
                ? rewritten(exchange, held, wanted, draft, replaceHeaders, replaceTags)
                : store.transactions().call(session -> {
                    var again = source.hold(store, authorization, session, exchange);
                    store.blobs().retain(session, Segment.blobs(again.segments()));
                    var object = object(
                            again, again.segments(), again.object().checksum(), draft, replaceHeaders, replaceTags);
                    return new Copied(
                            object, writes.replace(exchange, session, request.key(), object), sourceVersion(again));
                });
        answer(exchange, copied);
    }

    private static void answer(S3Exchange exchange, Copied copied) {
        ObjectWrites.describe(exchange, copied.object().traits(), copied.written());
        copied.sourceVersion().ifPresent(id -> exchange.header("x-amz-copy-source-version-id", id));
        var answer = XmlWriter.document("CopyObjectResult")
                .element("LastModified", S3Exchange.xmlDate(copied.written().modifiedAt()))
                .element("ETag", "\"" + copied.object().etag() + "\"");
        copied.object().checksum().ifPresent(each -> answer.element("Checksum" + each.algorithm(), each.value())
                .element("ChecksumType", each.type()));
        exchange.xml(answer.close("CopyObjectResult"));
    }

    private static Optional<String> sourceVersion(CopySource.Held held) {
        return held.bucket().versioning() == io.coppice.walrus.metadata.Versioning.OFF
                ? Optional.empty()
                : Optional.of(held.object().versionId());
    }

    private Copied rewritten(
            S3Exchange exchange,
            CopySource.Held held,
            Optional<ChecksumAlgorithm> wanted,
            Draft draft,
            boolean replaceHeaders,
            boolean replaceTags)
            throws IOException {
        var whole = wanted.map(ChecksumAlgorithm::begin);
        var blobs = new ArrayList<io.coppice.walrus.blob.StoredBlob>();
        var segments = new ArrayList<Segment>();
        for (var segment : held.segments()) {
            var stored = copy(
                    new Place(held.object().partCount() == 0 ? store.objectBytes() : store.bytes(), draft.key()),
                    List.of(segment),
                    new ByteRange(0, segment.sizeBytes()),
                    held.key(),
                    Optional.empty(),
                    whole);
            blobs.add(stored.blob());
            segments.add(new Segment(
                    segment.partNumber(),
                    stored.blob().id(),
                    segment.sizeBytes(),
                    segment.checksum(),
                    stored.nonce(),
                    stored.blob().content()));
        }
        var checksum = whole.map(each -> new StoredChecksum(wanted.orElseThrow().name(), "FULL_OBJECT", each.value()))
                .or(() -> held.object().checksum());
        var object = object(held, segments, checksum, draft, replaceHeaders, replaceTags);
        return store.transactions().call(session -> {
            blobs.forEach(blob -> store.blobs().add(session, blob));
            return new Copied(
                    object, writes.replace(exchange, session, exchange.request().key(), object), sourceVersion(held));
        });
    }

    private static NewObject object(
            CopySource.Held held,
            List<Segment> segments,
            Optional<StoredChecksum> checksum,
            Draft draft,
            boolean replaceHeaders,
            boolean replaceTags) {
        var source = held.object();
        var traits = replaceTags
                ? draft.traits()
                : draft.traits().withTags(source.traits().tags());
        return new NewObject(
                source.etag(),
                replaceHeaders ? draft.headers() : kept(source.headers(), draft.headers()),
                checksum,
                source.partCount(),
                segments,
                traits,
                Optional.empty());
    }

    /** The redirect of a website is not copied with the rest. */
    private static StoredHeaders kept(StoredHeaders source, StoredHeaders asked) {
        var values = new TreeMap<>(source.values());
        values.remove(REDIRECT);
        Optional.ofNullable(asked.values().get(REDIRECT)).ifPresent(value -> values.put(REDIRECT, value));
        return StoredHeaders.of(values);
    }

    private static boolean changesAnything(S3Request request) {
        return request.header("x-amz-storage-class").isPresent()
                || request.header(REDIRECT).isPresent()
                || request.signable().headers().keySet().stream()
                        .anyMatch(name -> name.startsWith("x-amz-server-side-encryption"));
    }

    /** Where copied bytes go, and what they are encrypted with there. */
    record Place(BlobOpener store, Optional<ObjectKey> key) {}

    /**
     * Copies a stretch into bytes of its own.
     *
     * @param algorithm of a checksum of the stretch that is told in the end
     * @param also sees the bytes as they pass
     */
    IncomingBody.Stored copy(
            Place place,
            List<Segment> segments,
            ByteRange range,
            Optional<ObjectKey> from,
            Optional<ChecksumAlgorithm> algorithm,
            Optional<ChecksumAlgorithm.Computation> also)
            throws IOException {
        var verifier = new BodyVerifier(new BodyVerifier.Expectations(
                range.length(), Optional.empty(), Optional.empty(), Map.of(), Optional.empty(), algorithm));
        var nonce = place.key().map(each -> ObjectKey.newNonce());
        try (var plain = place.store().begin(range.length());
                var writer = place.key()
                        .map(each -> each.encrypting(plain, nonce.orElseThrow()))
                        .orElse(plain)) {
            var start = 0L;
            for (var segment : segments) {
                var first = Math.max(range.first(), start) - start;
                var end = Math.min(range.first() + range.length(), start + segment.sizeBytes()) - start;
                if (first < end) {
                    try (var raw = segment.open(store.bytes(), first, end - first);
                            var channel = SegmentSender.decrypted(raw, segment, first, from)) {
                        var buffer = ByteBuffer.allocate(BUFFER_BYTES);
                        while (channel.read(buffer) >= 0) {
                            buffer.flip();
                            verifier.update(buffer);
                            also.ifPresent(each -> each.update(buffer.duplicate()));
                            writer.write(buffer);
                            buffer.clear();
                        }
                    }
                }
                start += segment.sizeBytes();
            }
            var verified = verifier.finish(Map.of());
            return new IncomingBody.Stored(writer.commit(), verified, nonce);
        }
    }

    private static boolean replaces(S3Request request, String header) {
        return switch (request.header(header).orElse("COPY")) {
            case "COPY" -> false;
            case "REPLACE" -> true;
            default -> throw S3Errors.invalidArgument("Unknown " + header.substring("x-amz-".length()) + ".");
        };
    }
}
