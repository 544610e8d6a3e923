package io.coppice.walrus.http;

import io.coppice.walrus.acl.AclPermission;
import io.coppice.walrus.encryption.EncryptionRequest;
import io.coppice.walrus.identity.Principal;
import io.coppice.walrus.metadata.BucketRow;
import io.coppice.walrus.metadata.BucketSetting;
import io.coppice.walrus.protocol.S3Errors;
import io.coppice.walrus.website.Redirect;
import io.coppice.walrus.website.WebsiteConfiguration;
import io.coppice.walrus.website.WebsiteConfiguration.Destination;
import io.coppice.wire.error.AwsException;
import io.coppice.wire.sign.SigV4;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.vertx.core.http.HttpServerResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Answers the visitors of buckets that are web sites (S3 User Guide, "Hosting a static website"): nobody signs, folders have
 * an index, errors are pages. Thread-safe.
 */
final class WebsiteDoor {
    private static final int FOUND = 302;
    private static final int MOVED = 301;
    private static final int NOT_FOUND = 404;
    private static final String REDIRECT = "x-amz-website-redirect-location";

    private final Store store;
    private final Authorization authorization;
    private final ObjectFinder finder;
    private final ObjectReads reads;
    private final SegmentSender sender;

    WebsiteDoor(
            Store store, Authorization authorization, ObjectFinder finder, ObjectReads reads, SegmentSender sender) {
        this.store = store;
        this.authorization = authorization;
        this.finder = finder;
        this.reads = reads;
        this.sender = sender;
    }

    /** Answers a visitor of the site that is the request's bucket; errors of S3 become pages. */
    void visit(S3Request request, S3Server.Connection connection) throws IOException {
        try {
            if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
                throw S3Errors.methodNotAllowed();
            }
            var site = site(request);
            var destination = site.before(host(request), protocol(request), request.key());
            if (destination.isPresent()) {
                redirect(connection.response(), destination.get());
            } else {
                show(request, site, connection);
            }
        } catch (AwsException e) {
            page(request, connection, e);
        }
    }

    private WebsiteConfiguration site(S3Request request) {
        var bucket = store.transactions()
                .call(session -> store.buckets().find(session, request.bucket()))
                .orElseThrow(S3Errors::noSuchBucket);
        return bucket.setting(BucketSetting.WEBSITE)
                .map(text -> WebsiteConfiguration.parse(text.getBytes(StandardCharsets.UTF_8)))
                .orElseThrow(() -> S3Errors.notThere(
                        "NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration"));
    }

    private void show(S3Request request, WebsiteConfiguration site, S3Server.Connection connection) throws IOException {
        var key = request.key();
        try {
            read(request.about(site.object(key)), connection);
        } catch (AwsException e) {
            if (connection.response().headWritten()) {
                throw e;
            }
            var folder = Optional.of(key)
                    .filter(any -> e.status() == NOT_FOUND && !key.isEmpty() && !key.endsWith("/"))
                    .filter(any -> isReadable(request.about(site.object(key + "/")), connection));
            var destination = folder.map(any -> new Destination(FOUND, "/" + Redirect.encoded(key) + "/"))
                    .or(() -> site.after(host(request), protocol(request), key, e.status()));
            if (destination.isPresent()) {
                redirect(connection.response(), destination.get());
            } else if (site.error().isEmpty()
                    || !showError(request.about(site.error().get()), e, connection)) {
                throw e;
            }
        }
    }

    private void read(S3Request request, S3Server.Connection connection) throws IOException {
        var exchange = exchange(request, connection);
        var elsewhere = finder.find(exchange, AclPermission.READ)
                .object()
                .headers()
                .values()
                .get(REDIRECT);
        if (elsewhere != null) {
            redirect(connection.response(), new Destination(MOVED, elsewhere));
        } else {
            reads.get(exchange);
        }
    }

    private boolean isReadable(S3Request request, S3Server.Connection connection) {
        try {
            finder.find(exchange(request, connection), AclPermission.READ);
            return true;
        } catch (AwsException e) {
            return false;
        }
    }

    /** False when there is no error document that everybody may read. */
    private boolean showError(S3Request request, AwsException error, S3Server.Connection connection)
            throws IOException {
        ObjectFinder.Found found;
        try {
            found = finder.find(exchange(request, connection), AclPermission.READ);
        } catch (AwsException e) {
            return false;
        }
        var key = store.keys()
                .open(
                        found.object().traits().encryption(),
                        EncryptionRequest.of(request::header).customerKey());
        var response = connection.response();
        describe(response, error);
        response.setStatusCode(error.status());
        response.putHeader("Content-Type", found.object().headers().values().getOrDefault("content-type", "text/html"));
        response.putHeader("Content-Length", String.valueOf(found.object().sizeBytes()));
        if (request.method().equals("HEAD")) {
            response.end();
        } else {
            sender.send(
                    response, found.segments(), new ByteRange(0, found.object().sizeBytes()), key);
        }
        return true;
    }

    /** What nobody in particular does with the object that the request is about; throws AccessDenied. */
    private S3Exchange exchange(S3Request request, S3Server.Connection connection) {
        Optional<BucketRow> bucket = authorization.check(request, Principal.ANONYMOUS);
        var body = new IncomingBody(
                request, connection.body(), SigV4.UNSIGNED_PAYLOAD, Optional.empty(), connection.proceed());
        return new S3Exchange(request, Principal.ANONYMOUS, bucket, body, connection.response());
    }

    private static void redirect(HttpServerResponse response, Destination destination) {
        response.putHeader("Location", destination.address());
        response.putHeader("Content-Length", "0");
        response.setStatusCode(destination.status()).end();
    }

    private static void describe(HttpServerResponse response, AwsException error) {
        response.putHeader("x-amz-error-code", error.code());
        response.putHeader("x-amz-error-message", String.valueOf(error.getMessage()));
    }

    private static void page(S3Request request, S3Server.Connection connection, AwsException error) {
        var response = connection.response();
        if (response.headWritten()) {
            throw error;
        }
        var title = error.status() + " "
                + HttpResponseStatus.valueOf(error.status()).reasonPhrase();
        var page = "<html>\n<head><title>" + title + "</title></head>\n<body>\n<h1>" + title + "</h1>\n<ul>\n<li>Code: "
                + escaped(error.code()) + "</li>\n<li>Message: " + escaped(String.valueOf(error.getMessage()))
                + "</li>\n<li>Key: " + escaped(request.key()) + "</li>\n<li>RequestId: "
                + escaped(connection.visit().requestId()) + "</li>\n</ul>\n<hr/>\n</body>\n</html>\n";
        connection.visit().failed(error.code());
        describe(response, error);
        response.headers().remove("Content-Length");
        response.putHeader("Content-Type", "text/html; charset=utf-8");
        response.setStatusCode(error.status());
        if (request.method().equals("HEAD")) {
            response.end();
        } else {
            response.end(page);
        }
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static String host(S3Request request) {
        return request.header("host").orElse(request.bucket());
    }

    private static String protocol(S3Request request) {
        return request.secure() ? "https" : "http";
    }
}
