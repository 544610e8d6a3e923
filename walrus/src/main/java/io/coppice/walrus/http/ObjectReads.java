package io.coppice.walrus.http;

import io.coppice.walrus.acl.AclPermission;
import io.coppice.walrus.body.ChecksumAlgorithm;
import io.coppice.walrus.encryption.EncryptionRequest;
import io.coppice.walrus.lifecycle.LifecycleDocuments;
import io.coppice.walrus.metadata.ObjectRow;
import io.coppice.walrus.metadata.ObjectTraits;
import io.coppice.walrus.metadata.Segment;
import io.coppice.walrus.protocol.S3Errors;
import io.coppice.walrus.tagging.Tags;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/** GetObject and HeadObject. Thread-safe. */
final class ObjectReads {
    private static final int OK = 200;
    private static final int PARTIAL = 206;
    private static final int NOT_MODIFIED = 304;
    private static final int MAX_LATIN = 0xff;

    /** Query parameter to the header that it overrides. */
    private static final Map<String, String> OVERRIDES = Map.of(
            "response-content-type", "content-type",
            "response-content-language", "content-language",
            "response-expires", "expires",
            "response-cache-control", "cache-control",
            "response-content-disposition", "content-disposition",
            "response-content-encoding", "content-encoding");

    private final Store store;
    private final ObjectFinder finder;
    private final SegmentSender sender;

    ObjectReads(Store store, ObjectFinder finder, SegmentSender sender) {
        this.store = store;
        this.finder = finder;
        this.sender = sender;
    }

    void get(S3Exchange exchange) throws IOException {
        var found = finder.find(exchange, AclPermission.READ);
        var object = found.object();
        var request = exchange.request();
        ObjectFinder.describeVersion(exchange, object.versionId());
        request.header("x-amz-server-side-encryption").ifPresent(any -> {
            throw S3Errors.invalidArgument("x-amz-server-side-encryption header is not supported for this operation.");
        });
        if (request.has("partNumber")) {
            part(request.number("partNumber", 1), found);
        }
        var key = store.keys()
                .open(
                        object.traits().encryption(),
                        EncryptionRequest.of(request::header).customerKey());
        switch (Conditions.of(request, "").evaluate(object.etag(), object.modifiedAt())) {
            case FAILED -> throw S3Errors.preconditionFailed();
            case NOT_MODIFIED -> {
                validators(exchange, object);
                exchange.response().setStatusCode(NOT_MODIFIED).end();
                return;
            }
            case PROCEED -> {}
        }
        var range = range(request, found);
        headers(exchange, found, request.header("range").isEmpty());
        if (request.has("partNumber") && object.partCount() > 0) {
            exchange.header("x-amz-mp-parts-count", object.partCount());
        }
        var length = range.map(ByteRange::length).orElse(object.sizeBytes());
        exchange.header("Content-Length", length);
        range.ifPresent(each -> exchange.header("Content-Range", each.contentRange(object.sizeBytes())));
        exchange.response().setStatusCode(range.isPresent() ? PARTIAL : OK);
        if (request.method().equals("HEAD")) {
            exchange.response().end();
            return;
        }
        sender.send(
                exchange.response(),
                found.segments(),
                range.orElseGet(() -> new ByteRange(0, object.sizeBytes())),
                key);
    }

    private static Optional<ByteRange> range(S3Request request, ObjectFinder.Found found) {
        if (request.has("partNumber")) {
            return Optional.of(part(request.number("partNumber", 1), found));
        }
        return request.header("range")
                .flatMap(header -> ByteRange.parse(header, found.object().sizeBytes()));
    }

    private static ByteRange part(int number, ObjectFinder.Found found) {
        var first = 0L;
        for (var segment : found.segments()) {
            if (segment.partNumber() == number) {
                return new ByteRange(first, segment.sizeBytes());
            }
            first += segment.sizeBytes();
        }
        throw S3Errors.invalidPart();
    }

    private static void validators(S3Exchange exchange, ObjectRow object) {
        exchange.header("ETag", "\"" + object.etag() + "\"");
        exchange.header("Last-Modified", S3Exchange.httpDate(object.modifiedAt()));
    }

    private static void headers(S3Exchange exchange, ObjectFinder.Found found, boolean whole) {
        var object = found.object();
        validators(exchange, object);
        exchange.header("Accept-Ranges", "bytes");
        object.headers().values().forEach((name, value) -> exchange.header(name, sendable(value)));
        traits(exchange, object.traits());
        LifecycleDocuments.expiration(exchange.bucket(), object)
                .ifPresent(text -> exchange.header("x-amz-expiration", text));
        OVERRIDES.forEach((parameter, header) -> exchange.request()
                .parameter(parameter)
                .ifPresent(value -> exchange.header(header, headerValue(value))));
        if (whole
                && exchange.request()
                        .header("x-amz-checksum-mode")
                        .filter("ENABLED"::equalsIgnoreCase)
                        .isPresent()) {
            object.checksum().ifPresent(checksum -> {
                var algorithm = ChecksumAlgorithm.named(checksum.algorithm()).orElseThrow();
                exchange.header(algorithm.header(), ofPart(exchange, found).orElse(checksum.value()));
                exchange.header("x-amz-checksum-type", checksum.type());
            });
        }
    }

    /** The checksum of the part that is asked for, where parts have their own. */
    private static Optional<String> ofPart(S3Exchange exchange, ObjectFinder.Found found) {
        var number = exchange.request().number("partNumber", 0);
        return found.segments().stream()
                .filter(segment -> segment.partNumber() == number)
                .findFirst()
                .flatMap(Segment::checksum);
    }

    private static void traits(S3Exchange exchange, ObjectTraits traits) {
        Drafts.describe(exchange, traits);
        traits.tags()
                .ifPresent(text ->
                        exchange.header("x-amz-tagging-count", Tags.parse(text).size()));
        if (!traits.storageClass().equals("STANDARD")) {
            exchange.header("x-amz-storage-class", traits.storageClass());
        }
        traits.lock().mode().ifPresent(mode -> exchange.header("x-amz-object-lock-mode", mode));
        traits.lock()
                .until()
                .ifPresent(until -> exchange.header("x-amz-object-lock-retain-until-date", S3Exchange.xmlDate(until)));
        if (traits.lock().legalHold()) {
            exchange.header("x-amz-object-lock-legal-hold", "ON");
        }
    }

    /** What a header cannot hold goes as an encoded word (RFC 2047). */
    private static String sendable(String value) {
        return value.chars().allMatch(c -> c <= MAX_LATIN)
                ? value
                : "=?UTF-8?B?" + Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8)) + "?=";
    }

    /** A line break would begin a header of the caller's own making. */
    private static String headerValue(String value) {
        if (value.chars().anyMatch(c -> c < ' ' && c != '\t')) {
            throw S3Errors.invalidArgument("A response header must not hold control characters");
        }
        return value;
    }
}
