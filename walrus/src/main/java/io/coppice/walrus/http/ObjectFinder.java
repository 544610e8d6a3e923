package io.coppice.walrus.http;

import io.coppice.walrus.acl.AclPermission;
import io.coppice.walrus.metadata.ObjectRow;
import io.coppice.walrus.metadata.Objects;
import io.coppice.walrus.metadata.Segment;
import io.coppice.walrus.metadata.Versioning;
import io.coppice.walrus.metadata.Versions;
import io.coppice.walrus.protocol.S3Errors;
import java.util.List;
import org.hibernate.StatelessSession;

/** Finds the version that a request is about, and says in S3's words when it is not there. Thread-safe. */
final class ObjectFinder {
    private static final int VERSION_ID_LENGTH = 32;

    private final Store store;
    private final Authorization authorization;

    ObjectFinder(Store store, Authorization authorization) {
        this.store = store;
        this.authorization = authorization;
    }

    /** A version with its bytes. */
    record Found(ObjectRow object, List<Segment> segments) {}

    /** The version, which the caller may read as {@code wanted} says, with its bytes. */
    Found find(S3Exchange exchange, AclPermission wanted) {
        var request = exchange.request();
        if (request.parameter("versionId").isEmpty()) {
            var newest = store.plainObjects()
                    .find(
                            exchange.bucket().bucketId(),
                            request.key(),
                            !request.method().equals("HEAD"));
            if (newest.isPresent()) {
                return new Found(
                        allowed(exchange, newest.get().object(), wanted),
                        newest.get().segments());
            }
        }
        return store.transactions().call(session -> {
            var object = find(session, exchange, wanted);
            return new Found(object, store.objects().segments(session, object.objectId()));
        });
    }

    /** The version; throws NoSuchKey, NoSuchVersion or, for delete markers, MethodNotAllowed. */
    ObjectRow find(StatelessSession session, S3Exchange exchange, AclPermission wanted) {
        var request = exchange.request();
        var bucket = exchange.bucket();
        var versionId = request.parameter("versionId");
        if (versionId.isEmpty()) {
            return allowed(
                    exchange,
                    store.objects()
                            .find(session, bucket.bucketId(), request.key())
                            .orElseThrow(() -> {
                                store.versions()
                                        .marker(session, bucket.bucketId(), request.key())
                                        .ifPresentOrElse(
                                                marker -> describeMarker(exchange, marker),
                                                () -> exchange.header("x-amz-delete-marker", false));
                                return S3Errors.noSuchKey();
                            }),
                    wanted);
        }
        checkVersionId(versionId.get());
        var object = store.versions()
                .find(session, bucket.bucketId(), new Versions.Name(request.key(), versionId.get()))
                .orElseThrow(S3Errors::noSuchVersion);
        if (object.deleteMarker()) {
            describeMarker(exchange, object);
            throw S3Errors.methodNotAllowed();
        }
        return allowed(exchange, object, wanted);
    }

    /** Throws InvalidArgument for what cannot be the id of a version. */
    static void checkVersionId(String versionId) {
        if (versionId.isEmpty()) {
            throw S3Errors.invalidArgument("Version id cannot be the empty string");
        }
        if (!versionId.equals(Objects.NULL_VERSION) && versionId.length() != VERSION_ID_LENGTH) {
            throw S3Errors.invalidVersionId();
        }
    }

    /** Tells which version an answer is about, where there can be several. */
    static void describeVersion(S3Exchange exchange, String versionId) {
        if (exchange.bucket().versioning() != Versioning.OFF) {
            exchange.header("x-amz-version-id", versionId);
        }
    }

    private ObjectRow allowed(S3Exchange exchange, ObjectRow object, AclPermission wanted) {
        authorization.checkForeign(exchange.bucket(), exchange.caller(), object, wanted);
        return object;
    }

    private static void describeMarker(S3Exchange exchange, ObjectRow marker) {
        exchange.header("x-amz-delete-marker", true);
        exchange.header("x-amz-version-id", marker.versionId());
    }
}
