package io.coppice.walrus.http;

import io.coppice.walrus.body.ChecksumAlgorithm;
import io.coppice.walrus.metadata.NewObject;
import io.coppice.walrus.metadata.Segment;
import io.coppice.walrus.metadata.StoredChecksum;
import io.coppice.walrus.metadata.StoredHeaders;
import io.coppice.wire.error.AwsException;
import java.io.IOException;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.hibernate.StatelessSession;

/** PutObject, CopyObject, DeleteObject and DeleteObjects. Thread-safe. */
final class ObjectWrites {
    private static final int MAX_DELETE_BODY_BYTES = 4 * 1024 * 1024;
    private static final int MAX_DELETES = 1000;
    private static final String FULL_OBJECT = "FULL_OBJECT";

    private final Store store;
    private final Authorization authorization;
    private final long maxPutBytes;

    ObjectWrites(Store store, Authorization authorization, long maxPutBytes) {
        this.store = store;
        this.authorization = authorization;
        this.maxPutBytes = maxPutBytes;
    }

    void put(S3Exchange exchange) throws IOException {
        var bucket = store.bucket(exchange);
        var headers = ObjectHeaders.of(exchange.request());
        var algorithm = exchange.incoming().algorithm();
        var stored = exchange.incoming().store(store.bytes(), maxPutBytes, Optional.empty());
        var checksum = algorithm.map(each -> new StoredChecksum(
                each.name(), FULL_OBJECT, stored.verified().checksums().getOrDefault(each, "")));
        var etag = stored.verified().md5Hex();
        var segment = new Segment(1, stored.blob().id(), stored.blob().sizeBytes(), Optional.empty());
        store.transactions().call(session -> {
            store.blobs().add(session, stored.blob());
            return replace(
                    exchange, session, bucket.bucketId(), new NewObject(etag, headers, checksum, 0, List.of(segment)));
        });
        exchange.header("ETag", "\"" + etag + "\"");
        checksum.ifPresent(each -> {
            exchange.header(algorithm.orElseThrow().header(), each.value());
            exchange.header("x-amz-checksum-type", FULL_OBJECT);
        });
        exchange.ok();
    }

    void copy(S3Exchange exchange) {
        var request = exchange.request();
        var source = CopySource.of(request);
        var replaceHeaders = replacesMetadata(request);
        if (source.equals(new CopySource(request.bucket(), request.key())) && !replaceHeaders) {
            throw S3Errors.invalidRequest(
                    "This copy request is illegal because it is trying to copy an object to itself without changing the"
                            + " object's metadata, storage class, website redirect location or encryption attributes.");
        }
        ObjectHeaders.refuseUnsupported(request);
        record Copied(String etag, Instant at, Optional<StoredChecksum> checksum) {}
        var copied = store.transactions().call(session -> {
            var bucket = store.bucket(session, request.bucket(), exchange.caller());
            var held = source.hold(store, session, exchange);
            var object = held.object();
            var headers = replaceHeaders ? ObjectHeaders.of(request) : object.headers();
            store.blobs()
                    .retain(session, held.segments().stream().map(Segment::blob).toList());
            var at = replace(
                    exchange,
                    session,
                    bucket.bucketId(),
                    new NewObject(object.etag(), headers, object.checksum(), object.partCount(), held.segments()));
            return new Copied(object.etag(), at, object.checksum());
        });
        var answer = XmlWriter.document("CopyObjectResult")
                .element("LastModified", S3Exchange.xmlDate(copied.at()))
                .element("ETag", "\"" + copied.etag() + "\"");
        copied.checksum().ifPresent(each -> answer.element("Checksum" + each.algorithm(), each.value())
                .element("ChecksumType", each.type()));
        exchange.xml(answer.close("CopyObjectResult"));
    }

    void delete(S3Exchange exchange) {
        store.transactions().call(session -> {
            var request = exchange.request();
            var bucket = store.bucket(session, request.bucket(), exchange.caller());
            checkMatch(exchange, session, bucket.bucketId(), true);
            store.objects().delete(session, bucket.bucketId(), List.of(request.key()));
            return true;
        });
        exchange.noContent();
    }

    void deleteMany(S3Exchange exchange) throws IOException {
        store.bucket(exchange);
        var document = XmlElement.parse(exchange.incoming().read(MAX_DELETE_BODY_BYTES), "Delete");
        var objects = document.all("Object");
        if (objects.isEmpty() || objects.size() > MAX_DELETES) {
            throw S3Errors.malformedXml();
        }
        var wishes = objects.stream()
                .map(ObjectWrites::deletion)
                .sorted(Comparator.comparing(Deletion::key))
                .toList();
        var keysAsked = wishes.stream().map(Deletion::key).toList();
        var forbidden = authorization.undeletable(exchange.request(), exchange.caller(), keysAsked);
        var changed = store.transactions().call(session -> {
            var bucket = store.bucket(session, exchange.request().bucket(), exchange.caller());
            var kept = wishes.stream()
                    .filter(wish -> !forbidden.containsKey(wish.key()))
                    .filter(wish -> isChanged(session, bucket.bucketId(), wish))
                    .map(Deletion::key)
                    .collect(Collectors.toSet());
            var keys = wishes.stream()
                    .map(Deletion::key)
                    .filter(key -> !kept.contains(key) && !forbidden.containsKey(key))
                    .toList();
            if (!keys.isEmpty()) {
                store.objects().delete(session, bucket.bucketId(), keys);
            }
            return kept;
        });
        var refused = new HashMap<String, AwsException>();
        changed.forEach(key -> refused.put(key, S3Errors.preconditionFailed()));
        forbidden.forEach((key, reason) -> refused.put(key, S3Errors.accessDenied(reason)));
        var quiet = document.value("Quiet").orElse("false").equals("true");
        exchange.xml(deleted(wishes, refused, quiet));
    }

    /**
     * One object that is to be deleted.
     *
     * @param etag what its ETag must be; empty when it may be any
     */
    private record Deletion(String key, Optional<String> etag) {}

    /** Throws before anything is deleted when a condition is asked for that is not kept here. */
    private static Deletion deletion(XmlElement object) {
        if (object.value("VersionId").filter(v -> !v.equals("null")).isPresent()) {
            throw S3Errors.notImplemented("Deleting a version");
        }
        if (object.value("LastModifiedTime").isPresent() || object.value("Size").isPresent()) {
            // As in S3 itself, where only directory buckets know these two.
            throw S3Errors.notImplemented("Deleting by LastModifiedTime or Size");
        }
        return new Deletion(object.value("Key").orElseThrow(S3Errors::malformedXml), object.value("ETag"));
    }

    private boolean isChanged(StatelessSession session, long bucketId, Deletion wish) {
        return wish.etag().isPresent()
                && store.objects()
                        .findForUpdate(session, bucketId, wish.key())
                        .filter(present -> !Conditions.matches(wish.etag().get(), present.etag()))
                        .isPresent();
    }

    private static XmlWriter deleted(List<Deletion> wishes, Map<String, AwsException> refused, boolean quiet) {
        var answer = XmlWriter.document("DeleteResult");
        for (var wish : wishes) {
            var failure = refused.get(wish.key());
            if (failure != null) {
                answer.open("Error")
                        .element("Key", wish.key())
                        .element("Code", failure.code())
                        .element("Message", String.valueOf(failure.getMessage()))
                        .close("Error");
            } else if (!quiet) {
                answer.open("Deleted").element("Key", wish.key()).close("Deleted");
            }
        }
        return answer.close("DeleteResult");
    }

    /** Puts an object under the request's key when the request's conditions hold. */
    Instant replace(S3Exchange exchange, StatelessSession session, long bucketId, NewObject object) {
        if (!store.buckets().hold(session, bucketId)) {
            throw S3Errors.noSuchBucket();
        }
        checkMatch(exchange, session, bucketId, false);
        var onlyIfAbsent = Conditions.of(exchange.request(), "").onlyIfAbsent();
        return store.objects()
                .put(session, bucketId, exchange.request().key(), object, onlyIfAbsent)
                .orElseThrow(S3Errors::preconditionFailed);
    }

    private void checkMatch(S3Exchange exchange, StatelessSession session, long bucketId, boolean absentIsFine) {
        var wanted = exchange.request().header("if-match");
        if (wanted.isEmpty()) {
            return;
        }
        var present = store.objects()
                .findForUpdate(session, bucketId, exchange.request().key());
        if (present.isEmpty() && !absentIsFine) {
            throw S3Errors.noSuchKey();
        }
        if (present.isPresent()
                && !Conditions.matches(wanted.get(), present.get().etag())) {
            throw S3Errors.preconditionFailed();
        }
    }

    private static boolean replacesMetadata(S3Request request) {
        var directive = request.header("x-amz-metadata-directive").orElse("COPY");
        return switch (directive) {
            case "COPY" -> false;
            case "REPLACE" -> true;
            default -> throw S3Errors.invalidArgument("Unknown metadata directive.");
        };
    }

    /** What a request wants kept, for uploads that become objects later. */
    static StoredHeaders headers(S3Request request) {
        return ObjectHeaders.of(request);
    }

    static Optional<ChecksumAlgorithm> namedAlgorithm(S3Request request) {
        return request.header("x-amz-checksum-algorithm").map(name -> ChecksumAlgorithm.named(name)
                .orElseThrow(() -> S3Errors.invalidRequest(
                        "Checksum algorithm provided is unsupported. Please try again with any of the valid types:"
                                + " [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]")));
    }
}
