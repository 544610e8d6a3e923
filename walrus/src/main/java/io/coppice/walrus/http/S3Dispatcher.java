package io.coppice.walrus.http;

import io.coppice.walrus.access.BucketCache;
import io.coppice.walrus.identity.Identity;
import io.coppice.walrus.notification.Announcements;
import io.coppice.walrus.notification.Outbox;
import io.coppice.walrus.protocol.S3Errors;
import java.io.IOException;
import java.util.Set;

/** Finds the operation that a request is for, and runs it. Thread-safe. */
final class S3Dispatcher {
    private static final Set<String> CHANGES_OF_BUCKETS = Set.of("PUT", "DELETE");

    private final BucketOperations buckets;
    private final BucketSettings settings;
    private final Listings listings;
    private final VersionListings versionListings;
    private final UploadListings uploadListings;
    private final ObjectReads reads;
    private final ObjectAttributes attributes;
    private final ObjectSettings objectSettings;
    private final ObjectWrites writes;
    private final ObjectCopies copies;
    private final Deletions deletions;
    private final MultipartOperations multipart;
    private final UploadCompletion completion;
    private final PostForms forms;
    private final CrossOrigin crossOrigin;
    private final BucketCache guards;
    private final Authentication authentication;
    private final Authorization authorization;
    private final WebsiteDoor website;

    S3Dispatcher(Store store, Identity identity, S3Settings s3) {
        var announcements =
                new Announcements(store.clock(), new Outbox(s3.telling().backlog()));
        var happenings = new Happenings(announcements);
        var sender = new SegmentSender(store.bytes(), s3.idleLimit());
        this.authorization = new Authorization(store);
        this.guards = store.guards();
        this.authentication = new Authentication(identity, store.clock());
        var drafts = new Drafts(store, identity.accounts());
        var finder = new ObjectFinder(store, authorization);
        this.buckets = new BucketOperations(store, drafts.acls(), s3.region());
        this.settings =
                new BucketSettings(store, drafts, announcements, s3.telling().destinations());
        this.listings = new Listings(store);
        this.versionListings = new VersionListings(store);
        this.uploadListings = new UploadListings(store);
        this.reads = new ObjectReads(store, finder, sender);
        this.attributes = new ObjectAttributes(store, finder);
        this.objectSettings = new ObjectSettings(store, finder, drafts, authorization, happenings);
        this.writes = new ObjectWrites(store, drafts, s3.maxPutBytes(), happenings);
        this.copies = new ObjectCopies(store, authorization, drafts, writes);
        this.deletions = new Deletions(store, authorization, writes, happenings);
        this.multipart = new MultipartOperations(store, authorization, drafts, copies, s3.maxPutBytes());
        this.completion = new UploadCompletion(store, writes);
        this.forms = new PostForms(store, identity, authorization, drafts, writes, s3.maxPutBytes());
        this.crossOrigin = new CrossOrigin(store);
        this.website = new WebsiteDoor(store, authorization, finder, reads, sender);
    }

    /** Answers a visitor of a bucket's web site, who is nobody in particular. */
    void visit(S3Request received, S3Server.Connection connection) throws IOException {
        connection.visit().asks(received, true);
        crossOrigin.describe(received, connection.response());
        if (received.method().equals("OPTIONS")) {
            crossOrigin.preflight(received, connection.response());
            return;
        }
        website.visit(received, connection);
    }

    /** Authenticates, authorises and runs a request; what it throws is answered by the caller. */
    void dispatch(S3Request received, S3Server.Connection connection) throws IOException {
        connection.visit().asks(received, false);
        crossOrigin.describe(received, connection.response());
        if (received.method().equals("OPTIONS")) {
            crossOrigin.preflight(received, connection.response());
            return;
        }
        var signed = authentication.authenticate(received);
        var request = signed.request();
        var bucket = authorization.check(request, signed.principal());
        connection.visit().admitted(request, signed.principal(), bucket);
        var body = new IncomingBody(
                request, connection.body(), signed.payloadHash(), signed.chunks(), connection.proceed());
        var exchange = new S3Exchange(request, signed.principal(), bucket, body, connection.response());
        if (request.bucket().isEmpty()) {
            service(exchange);
        } else if (request.key().isEmpty()) {
            changing(request, () -> bucket(exchange));
        } else {
            object(exchange);
        }
    }

    /** An operation on a bucket. */
    @FunctionalInterface
    private interface Operation {
        void run() throws IOException;
    }

    /** Whatever changes a bucket comes this way, so that nobody who was told of the change is treated as before it. */
    private void changing(S3Request request, Operation operation) throws IOException {
        if (CHANGES_OF_BUCKETS.contains(request.method())) {
            try (var change = guards.change(request.bucket())) {
                operation.run();
            }
        } else {
            operation.run();
        }
    }

    private void service(S3Exchange exchange) {
        switch (exchange.request().method()) {
            case "GET", "HEAD" -> buckets.list(exchange);
            default -> throw S3Errors.methodNotAllowed();
        }
    }

    private void bucket(S3Exchange exchange) throws IOException {
        var request = exchange.request();
        switch (request.method()) {
            case "GET" -> readBucket(exchange);
            case "HEAD" -> buckets.head(exchange);
            case "PUT" -> {
                if (!settings.write(exchange)) {
                    refuseSubresource(request);
                    buckets.create(exchange);
                }
            }
            case "DELETE" -> {
                if (!settings.delete(exchange)) {
                    refuseSubresource(request);
                    buckets.delete(exchange);
                }
            }
            case "POST" -> {
                if (request.has("delete")) {
                    deletions.deleteMany(exchange);
                } else if (PostForms.isForm(request)) {
                    forms.post(exchange);
                } else {
                    throw S3Errors.notImplemented("This POST request");
                }
            }
            default -> throw S3Errors.methodNotAllowed();
        }
    }

    private void readBucket(S3Exchange exchange) {
        var request = exchange.request();
        if (request.has("location")) {
            buckets.location(exchange);
        } else if (request.has("uploads")) {
            uploadListings.listUploads(exchange);
        } else if (request.has("versions")) {
            versionListings.list(exchange);
        } else if (!settings.read(exchange)) {
            refuseSubresource(request);
            if (request.parameter("list-type").filter("2"::equals).isPresent()) {
                listings.listV2(exchange);
            } else {
                listings.listV1(exchange);
            }
        }
    }

    private void object(S3Exchange exchange) throws IOException {
        var request = exchange.request();
        switch (request.method()) {
            case "GET", "HEAD" -> readObject(exchange);
            case "PUT" -> putObject(exchange);
            case "DELETE" -> {
                if (request.has("uploadId")) {
                    multipart.abort(exchange);
                } else if (request.has("tagging")) {
                    objectSettings.deleteTags(exchange);
                } else {
                    refuseSubresource(request);
                    deletions.delete(exchange);
                }
            }
            case "POST" -> {
                if (request.has("uploads")) {
                    multipart.create(exchange);
                } else if (request.has("uploadId")) {
                    completion.complete(exchange);
                } else {
                    throw S3Errors.notImplemented("This POST request");
                }
            }
            default -> throw S3Errors.methodNotAllowed();
        }
    }

    private void readObject(S3Exchange exchange) throws IOException {
        var request = exchange.request();
        if (request.has("uploadId")) {
            uploadListings.listParts(exchange);
        } else if (request.has("acl")) {
            objectSettings.getAcl(exchange);
        } else if (request.has("tagging")) {
            objectSettings.getTags(exchange);
        } else if (request.has("retention")) {
            objectSettings.getRetention(exchange);
        } else if (request.has("legal-hold")) {
            objectSettings.getLegalHold(exchange);
        } else if (request.has("attributes")) {
            attributes.get(exchange);
        } else {
            refuseSubresource(request);
            reads.get(exchange);
        }
    }

    private void putObject(S3Exchange exchange) throws IOException {
        var request = exchange.request();
        var copy = request.header("x-amz-copy-source").isPresent();
        if (request.has("uploadId")) {
            if (copy) {
                multipart.uploadPartCopy(exchange);
            } else {
                multipart.uploadPart(exchange);
            }
        } else if (request.has("acl")) {
            objectSettings.putAcl(exchange);
        } else if (request.has("tagging")) {
            objectSettings.putTags(exchange);
        } else if (request.has("retention")) {
            objectSettings.putRetention(exchange);
        } else if (request.has("legal-hold")) {
            objectSettings.putLegalHold(exchange);
        } else {
            refuseSubresource(request);
            if (copy) {
                copies.copy(exchange);
            } else {
                writes.put(exchange);
            }
        }
    }

    /** Anything that would turn the request into another operation must not be taken for the plain one. */
    private static void refuseSubresource(S3Request request) {
        Subresources.first(request).ifPresent(name -> {
            throw S3Errors.notImplemented("The subresource \"" + name + "\"");
        });
    }
}
