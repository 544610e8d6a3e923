package io.coppice.walrus.http;

import io.coppice.walrus.body.ChecksumAlgorithm;
import io.coppice.walrus.encryption.EncryptionRequest;
import io.coppice.walrus.encryption.ObjectKey;
import io.coppice.walrus.metadata.UploadRow;
import io.coppice.walrus.metadata.UploadedPart;
import io.coppice.walrus.metadata.Uploads;
import io.coppice.walrus.metadata.Versioning;
import io.coppice.walrus.protocol.S3Errors;
import io.coppice.walrus.protocol.XmlWriter;
import io.coppice.wire.error.AwsException;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import org.hibernate.StatelessSession;

/** CreateMultipartUpload, UploadPart, UploadPartCopy and AbortMultipartUpload. Thread-safe. */
final class MultipartOperations {
    static final int MAX_PARTS = 10_000;
    private static final int UPLOAD_ID_BYTES = 24;
    private static final String COMPOSITE = "COMPOSITE";
    private static final String FULL_OBJECT = "FULL_OBJECT";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Store store;
    private final Authorization authorization;
    private final Drafts drafts;
    private final ObjectCopies copies;
    private final long maxPutBytes;

    MultipartOperations(
            Store store, Authorization authorization, Drafts drafts, ObjectCopies copies, long maxPutBytes) {
        this.store = store;
        this.authorization = authorization;
        this.drafts = drafts;
        this.copies = copies;
        this.maxPutBytes = maxPutBytes;
    }

    void create(S3Exchange exchange) {
        var request = exchange.request();
        var algorithm = ObjectWrites.namedAlgorithm(request);
        var type = algorithm.map(each -> checksumType(request, each));
        var random = new byte[UPLOAD_ID_BYTES];
        RANDOM.nextBytes(random);
        var uploadId = Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        var draft = drafts.of(request, exchange.caller(), exchange.bucket());
        var intent = new Uploads.Intent(
                request.key(), draft.headers(), algorithm.map(ChecksumAlgorithm::name), type, draft.traits());
        store.transactions().call(session -> {
            var bucketId = exchange.bucket().bucketId();
            if (store.buckets().hold(session, bucketId).isEmpty()) {
                throw S3Errors.noSuchBucket();
            }
            store.uploads().create(session, uploadId, bucketId, intent);
            return true;
        });
        Drafts.describe(exchange, draft.traits());
        algorithm.ifPresent(each -> exchange.header("x-amz-checksum-algorithm", each));
        type.ifPresent(each -> exchange.header("x-amz-checksum-type", each));
        exchange.xml(XmlWriter.document("InitiateMultipartUploadResult")
                .element("Bucket", request.bucket())
                .element("Key", request.key())
                .element("UploadId", uploadId)
                .close("InitiateMultipartUploadResult"));
    }

    void uploadPart(S3Exchange exchange) throws IOException {
        var number = partNumber(exchange.request());
        var upload = find(exchange);
        var algorithm = upload.checksumAlgorithm().flatMap(ChecksumAlgorithm::named);
        var sent = exchange.incoming().algorithm();
        if (algorithm.isPresent() && sent.isPresent() && !sent.equals(algorithm)) {
            throw S3Errors.invalidRequest("Checksum Type mismatch occurred, expected checksum Type: "
                    + algorithm.get().name().toLowerCase(java.util.Locale.ROOT) + ", actual checksum Type: "
                    + sent.get().name().toLowerCase(java.util.Locale.ROOT));
        }
        var stored = exchange.incoming().store(store.bytes(), maxPutBytes, algorithm, key(exchange, upload));
        var part = part(number, stored, algorithm);
        store.transactions().call(session -> {
            keep(session, upload, part, stored);
            return true;
        });
        Drafts.describe(exchange, upload.traits());
        exchange.header("ETag", "\"" + part.etag() + "\"");
        algorithm
                .or(() -> sent)
                .ifPresent(each -> exchange.header(
                        each.header(), stored.verified().checksums().getOrDefault(each, "")));
        exchange.ok();
    }

    void uploadPartCopy(S3Exchange exchange) throws IOException {
        var number = partNumber(exchange.request());
        var upload = find(exchange);
        var algorithm = upload.checksumAlgorithm().flatMap(ChecksumAlgorithm::named);
        var source = CopySource.of(exchange.request());
        var held = store.transactions().call(session -> source.hold(store, authorization, session, exchange));
        var size = held.object().sizeBytes();
        var range = exchange.request()
                .header("x-amz-copy-source-range")
                .map(header -> copyRange(header, size))
                .orElseGet(() -> new ByteRange(0, size));
        if (range.length() > maxPutBytes) {
            throw S3Errors.entityTooLarge();
        }
        // Only the copied stretch is to be kept, so its bytes become a blob of their own.
        var stored = copies.copy(
                new ObjectCopies.Place(store.bytes(), key(exchange, upload)),
                held.segments(),
                range,
                held.key(),
                algorithm,
                Optional.empty());
        var part = part(number, stored, algorithm);
        store.transactions().call(session -> {
            keep(session, upload, part, stored);
            return true;
        });
        Drafts.describe(exchange, upload.traits());
        if (held.bucket().versioning() != Versioning.OFF) {
            exchange.header("x-amz-copy-source-version-id", held.object().versionId());
        }
        var answer = XmlWriter.document("CopyPartResult")
                .element("LastModified", S3Exchange.xmlDate(part.modifiedAt()))
                .element("ETag", "\"" + part.etag() + "\"");
        algorithm.ifPresent(
                each -> answer.element(each.element(), part.checksum().orElse("")));
        exchange.xml(answer.close("CopyPartResult"));
    }

    void abort(S3Exchange exchange) {
        var upload = find(exchange);
        store.transactions().call(session -> {
            if (!store.uploads().hold(session, upload.uploadId(), true)) {
                throw S3Errors.noSuchUpload();
            }
            store.uploads().end(session, upload.uploadId(), List.of());
            return true;
        });
        exchange.noContent();
    }

    private UploadRow find(S3Exchange exchange) {
        return store.transactions().call(session -> find(store, session, exchange));
    }

    /** The upload that the request names; throws NoSuchUpload. */
    static UploadRow find(Store store, StatelessSession session, S3Exchange exchange) {
        var request = exchange.request();
        return store.uploads()
                .find(
                        session,
                        exchange.bucket().bucketId(),
                        request.key(),
                        request.parameter("uploadId").orElse(""))
                .orElseThrow(S3Errors::noSuchUpload);
    }

    /** What the parts of an upload are encrypted with. */
    private Optional<ObjectKey> key(S3Exchange exchange, UploadRow upload) {
        var customerKey = EncryptionRequest.of(exchange.request()::header).customerKey();
        try {
            return store.keys().open(upload.traits().encryption(), customerKey);
        } catch (AwsException e) {
            throw S3Errors.invalidRequest("The multipart upload initiate requested encryption. Subsequent part requests"
                    + " must include the appropriate encryption parameters.");
        }
    }

    private void keep(StatelessSession session, UploadRow upload, UploadedPart part, IncomingBody.Stored stored) {
        // An upload that ended meanwhile takes no part: its blob has no row then, and is collected as an orphan.
        if (!store.uploads().hold(session, upload.uploadId(), false)) {
            throw S3Errors.noSuchUpload();
        }
        store.blobs().add(session, stored.blob());
        store.uploads().putPart(session, upload.uploadId(), part);
    }

    private UploadedPart part(int number, IncomingBody.Stored stored, Optional<ChecksumAlgorithm> algorithm) {
        var verified = stored.verified();
        return new UploadedPart(
                number,
                stored.blob().id(),
                stored.blob().sizeBytes(),
                verified.md5Hex(),
                algorithm.map(each -> verified.checksums().getOrDefault(each, "")),
                stored.nonce(),
                store.clock().instant());
    }

    private static ByteRange copyRange(String header, long size) {
        var range = ByteRange.parse(header, size)
                .orElseThrow(() -> S3Errors.invalidArgument(
                        "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are"
                                + " the zero-based offsets of the first and last bytes to copy"));
        var last = header.substring(header.indexOf('-') + 1).strip();
        if (!last.isEmpty() && Long.parseLong(last) >= size) {
            throw S3Errors.invalidRange();
        }
        return range;
    }

    private static String checksumType(S3Request request, ChecksumAlgorithm algorithm) {
        var type = request.header("x-amz-checksum-type")
                .orElse(algorithm == ChecksumAlgorithm.CRC64NVME ? FULL_OBJECT : COMPOSITE);
        var allowed =
                switch (type) {
                    case FULL_OBJECT -> algorithm.combinable();
                    case COMPOSITE -> algorithm != ChecksumAlgorithm.CRC64NVME;
                    default -> false;
                };
        if (!allowed) {
            throw S3Errors.invalidRequest(
                    "The " + type + " checksum type cannot be used with the " + algorithm + " checksum algorithm.");
        }
        return type;
    }

    private static int partNumber(S3Request request) {
        var number = request.number("partNumber", 0);
        if (number < 1 || number > MAX_PARTS) {
            throw S3Errors.invalidArgument("Part number must be an integer between 1 and 10000, inclusive");
        }
        return number;
    }
}
