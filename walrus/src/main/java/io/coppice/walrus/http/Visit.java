package io.coppice.walrus.http;

import io.coppice.walrus.identity.Principal;
import io.coppice.walrus.metadata.BucketRow;
import java.time.Instant;
import java.util.Optional;

/** What becomes known of a request while it is answered, for whoever tells of it afterwards. Of one thread. */
final class Visit {
    private final Instant began;
    private final String requestId;
    private Optional<S3Request> request = Optional.empty();
    private Principal caller = Principal.ANONYMOUS;
    private Optional<BucketRow> bucket = Optional.empty();
    private String errorCode = "-";
    private boolean website;

    Visit(Instant began, String requestId) {
        this.began = began;
        this.requestId = requestId;
    }

    /** Its head was read. */
    void asks(S3Request head, boolean ofWebsite) {
        request = Optional.of(head);
        website = ofWebsite;
    }

    /** It is known who asks and that they may. */
    void admitted(S3Request authenticated, Principal who, Optional<BucketRow> where) {
        request = Optional.of(authenticated);
        caller = who;
        bucket = where;
    }

    /** It is answered with an error. */
    void failed(String code) {
        errorCode = code;
    }

    Instant began() {
        return began;
    }

    String requestId() {
        return requestId;
    }

    Optional<S3Request> request() {
        return request;
    }

    Principal caller() {
        return caller;
    }

    Optional<BucketRow> bucket() {
        return bucket;
    }

    String errorCode() {
        return errorCode;
    }

    boolean website() {
        return website;
    }
}
