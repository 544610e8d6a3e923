package io.coppice.walrus.http;

import io.coppice.walrus.metadata.NewObject;
import io.coppice.walrus.metadata.ObjectRow;
import io.coppice.walrus.metadata.Objects;
import io.coppice.walrus.metadata.Versions;
import io.coppice.walrus.notification.Announcements;
import io.coppice.walrus.notification.EventKind;
import io.coppice.walrus.notification.ObjectEvent;
import java.util.Optional;
import org.hibernate.StatelessSession;

/** Says what a request did to objects, within the transaction that does it. Thread-safe. */
final class Happenings {
    private final Announcements announcements;

    Happenings(Announcements announcements) {
        this.announcements = announcements;
    }

    /** An object was put, in whichever way the request puts one. */
    void created(
            StatelessSession session, S3Exchange exchange, String key, NewObject object, Versions.Written written) {
        if (Announcements.wanted(exchange.bucket())) {
            var content = new ObjectEvent.Content(object.sizeBytes(), object.etag());
            tell(session, exchange, creation(exchange.request()), key, written.versionId(), Optional.of(content));
        }
    }

    /** An object or one of its versions is gone. */
    void removed(StatelessSession session, S3Exchange exchange, Versions.Name name) {
        if (Announcements.wanted(exchange.bucket())) {
            tell(session, exchange, EventKind.DELETE, name.key(), name.versionId(), Optional.empty());
        }
    }

    /** A delete marker hides an object. */
    void hidden(StatelessSession session, S3Exchange exchange, Versions.Name marker) {
        if (Announcements.wanted(exchange.bucket())) {
            tell(session, exchange, EventKind.MARK, marker.key(), marker.versionId(), Optional.empty());
        }
    }

    /** What is kept beside an object's bytes is another now. */
    void changed(StatelessSession session, S3Exchange exchange, EventKind kind, ObjectRow object) {
        if (Announcements.wanted(exchange.bucket())) {
            var content = new ObjectEvent.Content(object.sizeBytes(), object.etag());
            tell(session, exchange, kind, object.key(), object.versionId(), Optional.of(content));
        }
    }

    private void tell(
            StatelessSession session,
            S3Exchange exchange,
            EventKind kind,
            String key,
            String versionId,
            Optional<ObjectEvent.Content> content) {
        var caller = exchange.caller();
        var origin = new ObjectEvent.Origin(
                "AWS:"
                        + (caller.anonymous()
                                ? "Anonymous"
                                : caller.permissions().principal().userId()),
                exchange.request().sourceAddress(),
                exchange.requestId());
        var shown = versionId.equals(Objects.NULL_VERSION) ? "" : versionId;
        announcements.tell(session, exchange.bucket(), new ObjectEvent(kind, key, shown, content, origin));
    }

    private static EventKind creation(S3Request request) {
        if (request.method().equals("POST")) {
            return request.has("uploadId") ? EventKind.COMPLETE : EventKind.POST;
        }
        return request.header("x-amz-copy-source").isPresent() ? EventKind.COPY : EventKind.PUT;
    }
}
