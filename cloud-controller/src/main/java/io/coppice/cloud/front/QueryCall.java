package io.coppice.cloud.front;

import io.coppice.cloud.action.RequestOrigin;
import io.coppice.wire.sign.SignableRequest;
import java.net.URI;

/**
 * One Query request as it came in.
 *
 * @param requestId chosen by the door
 * @param hint the service that the signature's scope or the path names; {@code UNKNOWN} when neither does
 * @param body the whole body; empty for GET
 * @param endpoint how the client reached us
 * @param sourceAddress the client's IP address
 */
record QueryCall(
        String requestId, Destination hint, SignableRequest request, byte[] body, URI endpoint, String sourceAddress) {
    /** What policies may ask of it. */
    RequestOrigin origin() {
        return new RequestOrigin(
                sourceAddress,
                "https".equals(endpoint.getScheme()),
                request.header("user-agent").orElse(""),
                request.header("referer").orElse(""));
    }

    boolean form() {
        return request.header("content-type").orElse("").startsWith("application/x-www-form-urlencoded");
    }
}
