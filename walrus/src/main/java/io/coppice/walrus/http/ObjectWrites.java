package io.coppice.walrus.http;

import io.coppice.walrus.body.ChecksumAlgorithm;
import io.coppice.walrus.lifecycle.LifecycleDocuments;
import io.coppice.walrus.metadata.BucketSetting;
import io.coppice.walrus.metadata.NewObject;
import io.coppice.walrus.metadata.ObjectRow;
import io.coppice.walrus.metadata.ObjectTraits;
import io.coppice.walrus.metadata.Objects;
import io.coppice.walrus.metadata.Segment;
import io.coppice.walrus.metadata.StoredChecksum;
import io.coppice.walrus.metadata.Versioning;
import io.coppice.walrus.metadata.Versions;
import io.coppice.walrus.notification.Announcements;
import io.coppice.walrus.protocol.S3Errors;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.hibernate.StatelessSession;

/** PutObject, and the last step of every other write. Thread-safe. */
final class ObjectWrites {
    private static final String FULL_OBJECT = "FULL_OBJECT";

    private final Store store;
    private final Drafts drafts;
    private final long maxPutBytes;
    private final Happenings happenings;

    ObjectWrites(Store store, Drafts drafts, long maxPutBytes, Happenings happenings) {
        this.store = store;
        this.drafts = drafts;
        this.maxPutBytes = maxPutBytes;
        this.happenings = happenings;
    }

    void put(S3Exchange exchange) throws IOException {
        var request = exchange.request();
        var draft = drafts.of(request, exchange.caller(), exchange.bucket());
        if (draft.traits().lock().mode().isPresent() && !isVerifiable(exchange)) {
            throw S3Errors.invalidRequest("Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object"
                    + " requests with Object Lock parameters");
        }
        var algorithm = exchange.incoming().algorithm();
        var stored = exchange.incoming().store(store.objectBytes(), maxPutBytes, Optional.empty(), draft.key());
        var object = object(draft, stored, algorithm);
        var written = shortly(exchange, stored, object).orElseGet(() -> fully(exchange, stored, object));
        describe(exchange, object.traits(), written);
        exchange.header("ETag", "\"" + object.etag() + "\"");
        object.checksum().ifPresent(each -> {
            exchange.header(algorithm.orElseThrow().header(), each.value());
            exchange.header("x-amz-checksum-type", FULL_OBJECT);
        });
        exchange.ok();
    }

    /** Most writes are of new or small objects into buckets that keep no versions: one statement. Empty when it is not such a one. */
    private Optional<Versions.Written> shortly(S3Exchange exchange, IncomingBody.Stored stored, NewObject object) {
        var bucket = exchange.bucket();
        if (!isPlain(exchange) || bucket.setting(BucketSetting.LIFECYCLE).isPresent()) {
            return Optional.empty();
        }
        var key = exchange.request().key();
        var plain = store.plainObjects();
        return (object.inRow().isPresent()
                        ? plain.put(bucket.bucketId(), key, object)
                        : plain.put(bucket.bucketId(), key, object, stored.blob()))
                .map(at -> new Versions.Written("", at));
    }

    /** Whether a change of an object needs no look at what there was, and nobody is to be told of it. */
    static boolean isPlain(S3Exchange exchange) {
        var bucket = exchange.bucket();
        return bucket.versioning() == Versioning.OFF
                && !Announcements.wanted(bucket)
                && !Conditions.any(exchange.request());
    }

    private Versions.Written fully(S3Exchange exchange, IncomingBody.Stored stored, NewObject object) {
        var key = exchange.request().key();
        var expires = exchange.bucket().setting(BucketSetting.LIFECYCLE).isPresent();
        record Put(Versions.Written written, Optional<ObjectRow> row) {}
        var put = store.transactions().call(session -> {
            store.blobs().add(session, stored.blob());
            var done = replace(exchange, session, key, object);
            var bucketId = exchange.bucket().bucketId();
            return new Put(done, expires ? store.objects().find(session, bucketId, key) : Optional.empty());
        });
        put.row()
                .flatMap(row -> LifecycleDocuments.expiration(exchange.bucket(), row))
                .ifPresent(text -> exchange.header("x-amz-expiration", text));
        return put.written();
    }

    /** The object that a draft and its bytes make. */
    static NewObject object(Draft draft, IncomingBody.Stored stored, Optional<ChecksumAlgorithm> algorithm) {
        var checksum = algorithm.map(each -> new StoredChecksum(
                each.name(), FULL_OBJECT, stored.verified().checksums().getOrDefault(each, "")));
        var segment = Segment.whole(stored.blob(), stored.nonce());
        return new NewObject(
                stored.verified().md5Hex(),
                draft.headers(),
                checksum,
                0,
                List.of(segment),
                draft.traits(),
                Optional.empty());
    }

    /** Puts an object under a key of the request's bucket when the request's conditions hold. */
    Versions.Written replace(S3Exchange exchange, StatelessSession session, String key, NewObject object) {
        var written = write(exchange, session, key, object);
        happenings.created(session, exchange, key, object, written);
        return written;
    }

    private Versions.Written write(S3Exchange exchange, StatelessSession session, String key, NewObject object) {
        var bucketId = exchange.bucket().bucketId();
        var versioning = store.buckets().hold(session, bucketId).orElseThrow(S3Errors::noSuchBucket);
        var onlyIfAbsent = Conditions.of(exchange.request(), "").onlyIfAbsent();
        if (versioning == Versioning.OFF) {
            checkMatch(exchange, session, key, false);
            return store.objects()
                    .put(session, bucketId, key, object, onlyIfAbsent)
                    .map(at -> new Versions.Written("", at))
                    .orElseThrow(S3Errors::preconditionFailed);
        }
        store.versions().holdKeys(session, bucketId, List.of(key));
        checkMatch(exchange, session, key, false);
        if (onlyIfAbsent && store.objects().find(session, bucketId, key).isPresent()) {
            throw S3Errors.preconditionFailed();
        }
        return store.versions().put(session, bucketId, key, object, versioning);
    }

    /** Throws PreconditionFailed or NoSuchKey unless If-Match and If-None-Match hold for what has the key. */
    void checkMatch(S3Exchange exchange, StatelessSession session, String key, boolean absentIsFine) {
        var conditions = Conditions.of(exchange.request(), "");
        var unwanted = conditions.ifNoneMatch().filter(any -> !conditions.onlyIfAbsent());
        if (conditions.ifMatch().isEmpty() && unwanted.isEmpty()) {
            return;
        }
        var present = store.objects().findForUpdate(session, exchange.bucket().bucketId(), key);
        if (present.isEmpty() && conditions.ifMatch().isPresent() && !absentIsFine) {
            throw S3Errors.noSuchKey();
        }
        var etag = present.map(ObjectRow::etag);
        var other = etag.isPresent()
                && conditions
                        .ifMatch()
                        .filter(list -> !Conditions.matches(list, etag.get()))
                        .isPresent();
        var same = etag.isPresent()
                && unwanted.filter(list -> Conditions.matches(list, etag.get())).isPresent();
        if (other || same) {
            throw S3Errors.preconditionFailed();
        }
    }

    /** Tells what came of a write. */
    static void describe(S3Exchange exchange, ObjectTraits traits, Versions.Written written) {
        if (!written.versionId().isEmpty() && !written.versionId().equals(Objects.NULL_VERSION)) {
            exchange.header("x-amz-version-id", written.versionId());
        }
        Drafts.describe(exchange, traits);
    }

    static Optional<ChecksumAlgorithm> namedAlgorithm(S3Request request) {
        return request.header("x-amz-checksum-algorithm").map(name -> ChecksumAlgorithm.named(name)
                .orElseThrow(() -> S3Errors.invalidRequest(
                        "Checksum algorithm provided is unsupported. Please try again with any of the valid types:"
                                + " [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]")));
    }

    private static boolean isVerifiable(S3Exchange exchange) {
        return exchange.request().header("content-md5").isPresent()
                || exchange.incoming().algorithm().isPresent()
                || exchange.bucket().setting(BucketSetting.OBJECT_LOCK).isPresent();
    }
}
