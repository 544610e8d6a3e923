package io.coppice.walrus.http;

import io.coppice.walrus.acl.AclPermission;
import io.coppice.walrus.encryption.EncryptionRequest;
import io.coppice.walrus.encryption.ObjectKey;
import io.coppice.walrus.metadata.BucketRow;
import io.coppice.walrus.metadata.ObjectRow;
import io.coppice.walrus.metadata.Segment;
import io.coppice.walrus.metadata.Versions;
import io.coppice.walrus.protocol.S3Errors;
import java.util.List;
import java.util.Optional;
import org.hibernate.StatelessSession;

/** The object that {@code x-amz-copy-source} names. */
record CopySource(String bucket, String key, Optional<String> versionId) {
    private static final String VERSION = "versionId=";

    /** A source that is held for the transaction, with its bytes and, where it is encrypted, its key. */
    record Held(BucketRow bucket, ObjectRow object, List<Segment> segments, Optional<ObjectKey> key) {}

    /** Reads {@code /bucket/key} or {@code bucket/key}, percent-encoded, perhaps with {@code ?versionId=}. */
    static CopySource of(S3Request request) {
        var text = request.header("x-amz-copy-source").orElse("");
        var question = text.lastIndexOf('?');
        var versionId = Optional.<String>empty();
        if (question >= 0 && text.startsWith(VERSION, question + 1)) {
            versionId = Optional.of(text.substring(question + 1 + VERSION.length()));
            text = text.substring(0, question);
        }
        var decoded = S3Request.decodePath(text.startsWith("/") ? text.substring(1) : text);
        var slash = decoded.indexOf('/');
        if (slash <= 0 || slash == decoded.length() - 1) {
            throw S3Errors.invalidArgument(
                    "Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
        }
        return new CopySource(decoded.substring(0, slash), decoded.substring(slash + 1), versionId);
    }

    /** Finds it, checks the conditions on it, and keeps it from changing until the transaction ends. */
    Held hold(Store store, Authorization authorization, StatelessSession session, S3Exchange exchange) {
        var found = store.buckets().find(session, bucket).orElseThrow(S3Errors::noSuchBucket);
        var object = versionId.isPresent()
                ? store.versions()
                        .findAndHold(session, found.bucketId(), new Versions.Name(key, versionId.get()))
                        .orElseThrow(S3Errors::noSuchVersion)
                : store.objects().findAndHold(session, found.bucketId(), key).orElseThrow(S3Errors::noSuchKey);
        if (object.deleteMarker()) {
            throw S3Errors.invalidRequest(
                    "The source of a copy request may not specifically refer to a delete marker" + " by version id.");
        }
        authorization.checkForeign(found, exchange.caller(), object, AclPermission.READ);
        var conditions = Conditions.of(exchange.request(), "x-amz-copy-source-");
        if (conditions.evaluate(object.etag(), object.modifiedAt()) != Conditions.Outcome.PROCEED) {
            throw S3Errors.preconditionFailed();
        }
        var objectKey = store.keys()
                .open(object.traits().encryption(), EncryptionRequest.ofCopySource(exchange.request()::header));
        return new Held(found, object, store.objects().segments(session, object.objectId()), objectKey);
    }
}
