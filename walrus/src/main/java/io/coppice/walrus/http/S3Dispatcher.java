package io.coppice.walrus.http;

import io.coppice.walrus.identity.SigningKeys;
import java.io.IOException;
import java.util.Optional;

/** Finds the operation that a request is for, and runs it. Thread-safe. */
final class S3Dispatcher {
    private final Store store;
    private final BucketOperations buckets;
    private final Listings listings;
    private final UploadListings uploadListings;
    private final ObjectReads reads;
    private final ObjectWrites writes;
    private final MultipartOperations multipart;
    private final UploadCompletion completion;
    private final Authentication authentication;
    private final Authorization authorization;

    S3Dispatcher(Store store, SigningKeys keys, S3Settings settings) {
        this.store = store;
        this.buckets = new BucketOperations(store, settings.region());
        this.listings = new Listings(store);
        this.uploadListings = new UploadListings(store);
        this.reads = new ObjectReads(store, new SegmentSender(store.bytes(), settings.idleLimit()));
        this.authorization = new Authorization(store);
        this.writes = new ObjectWrites(store, authorization, settings.maxPutBytes());
        this.multipart = new MultipartOperations(store, settings.maxPutBytes());
        this.completion = new UploadCompletion(store, writes);
        this.authentication = new Authentication(keys, store.clock());
    }

    /** Authenticates, authorises and runs a request; what it throws is answered by the caller. */
    void dispatch(S3Request received, S3Server.Connection connection) throws IOException {
        var signed = authentication.authenticate(received);
        var request = signed.request();
        authorization.check(request, signed.principal());
        var body = new IncomingBody(
                request, connection.body(), signed.payloadHash(), Optional.of(signed.chunks()), connection.proceed());
        var exchange = new S3Exchange(request, signed.principal(), body, connection.response());
        if (request.bucket().isEmpty()) {
            service(exchange);
        } else if (request.key().isEmpty()) {
            bucket(exchange);
        } else {
            object(exchange);
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
                refuseSubresource(request);
                buckets.create(exchange);
            }
            case "DELETE" -> {
                refuseSubresource(request);
                buckets.delete(exchange);
            }
            case "POST" -> {
                if (!request.has("delete")) {
                    throw S3Errors.notImplemented("This POST request");
                }
                writes.deleteMany(exchange);
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
            listings.listVersions(exchange);
        } else if (!buckets.readSetting(exchange)) {
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
                } else {
                    refuseSubresource(request);
                    writes.delete(exchange);
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
            exchange.xml(BucketOperations.ownerOnly(store.bucket(exchange)));
        } else if (request.has("tagging")) {
            store.bucket(exchange);
            exchange.xml(
                    XmlWriter.document("Tagging").open("TagSet").close("TagSet").close("Tagging"));
        } else {
            refuseSubresource(request);
            reads.get(exchange);
        }
    }

    private void putObject(S3Exchange exchange) throws IOException {
        var request = exchange.request();
        var copies = request.header("x-amz-copy-source").isPresent();
        if (request.has("uploadId")) {
            if (copies) {
                multipart.uploadPartCopy(exchange);
            } else {
                multipart.uploadPart(exchange);
            }
            return;
        }
        refuseSubresource(request);
        if (copies) {
            writes.copy(exchange);
        } else {
            writes.put(exchange);
        }
    }

    /** Anything that would turn the request into another operation must not be taken for the plain one. */
    private static void refuseSubresource(S3Request request) {
        Subresources.first(request).ifPresent(name -> {
            throw S3Errors.notImplemented("The subresource \"" + name + "\"");
        });
    }
}
