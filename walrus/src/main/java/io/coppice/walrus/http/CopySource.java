package io.coppice.walrus.http;

import io.coppice.walrus.metadata.ObjectRow;
import io.coppice.walrus.metadata.Segment;
import java.util.List;
import org.hibernate.StatelessSession;

/** The object that {@code x-amz-copy-source} names. */
record CopySource(String bucket, String key) {
    /** A source that is held for the transaction, with its bytes. */
    record Held(ObjectRow object, List<Segment> segments) {}

    /** Reads {@code /bucket/key} or {@code bucket/key}, percent-encoded. */
    static CopySource of(S3Request request) {
        var text = request.header("x-amz-copy-source").orElse("");
        var question = text.indexOf('?');
        if (question >= 0 && text.startsWith("versionId=", question + 1)) {
            throw S3Errors.notImplemented("Copying a version");
        }
        var decoded = S3Request.decodePath(text.startsWith("/") ? text.substring(1) : text);
        var slash = decoded.indexOf('/');
        if (slash <= 0 || slash == decoded.length() - 1) {
            throw S3Errors.invalidArgument(
                    "Copy Source must mention the source bucket and key: sourcebucket/sourcekey");
        }
        return new CopySource(decoded.substring(0, slash), decoded.substring(slash + 1));
    }

    /** Finds it, checks the conditions on it, and keeps it from changing until the transaction ends. */
    Held hold(Store store, StatelessSession session, S3Exchange exchange) {
        var found = store.bucket(session, bucket, exchange.caller());
        var object = store.objects().findAndHold(session, found.bucketId(), key).orElseThrow(S3Errors::noSuchKey);
        var conditions = Conditions.of(exchange.request(), "x-amz-copy-source-");
        if (conditions.evaluate(object.etag(), object.modifiedAt()) != Conditions.Outcome.PROCEED) {
            throw S3Errors.preconditionFailed();
        }
        return new Held(object, store.objects().segments(session, object.objectId()));
    }
}
