package io.coppice.walrus.http;

import io.coppice.walrus.body.HttpBody;
import io.coppice.walrus.identity.Principal;
import io.coppice.walrus.metadata.BucketRow;
import io.coppice.walrus.protocol.S3Errors;
import io.coppice.walrus.protocol.XmlWriter;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;

/**
 * One request with its answer, after it is known who asks.
 *
 * @param request its head
 * @param caller who asks
 * @param found the bucket that it names, when there was one that the caller may use
 * @param incoming its body, to be taken once
 * @param response where the answer goes
 */
record S3Exchange(
        S3Request request,
        Principal caller,
        Optional<BucketRow> found,
        IncomingBody incoming,
        HttpServerResponse response) {
    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter XML_DATE = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final int OK = 200;
    private static final int NO_CONTENT = 204;

    /** For headers (RFC 9110 section 5.6.7). */
    static String httpDate(Instant time) {
        return HTTP_DATE.format(time);
    }

    /** For XML. */
    static String xmlDate(Instant time) {
        return XML_DATE.format(time);
    }

    /** The bucket of the request as it was when the caller was let through. */
    BucketRow bucket() {
        return found.orElseThrow(S3Errors::noSuchBucket);
    }

    /** The id that the client is told for this request. */
    String requestId() {
        return String.valueOf(response.headers().get("x-amz-request-id"));
    }

    void header(String name, Object value) {
        response.putHeader(name, value.toString());
    }

    void ok() {
        response.setStatusCode(OK);
        header("Content-Length", 0);
        response.end();
    }

    void noContent() {
        response.setStatusCode(NO_CONTENT).end();
    }

    void xml(XmlWriter document) {
        header("Content-Type", "application/xml");
        response.setStatusCode(OK).end(Buffer.buffer(document.toString()));
    }

    void text(String contentType, String body) {
        header("Content-Type", contentType);
        response.setStatusCode(OK).end(Buffer.buffer(body));
    }

    /** The raw body of a request, kept apart from its meaning for whoever must clear it away. */
    HttpBody rawBody() {
        return incoming.raw();
    }
}
