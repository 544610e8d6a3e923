package io.coppice.walrus.http;

import io.coppice.walrus.body.ChecksumAlgorithm;
import io.coppice.walrus.metadata.BucketOwner;
import io.coppice.walrus.metadata.KeyRange;
import io.coppice.walrus.metadata.UploadRow;
import io.coppice.walrus.metadata.UploadedPart;
import io.coppice.walrus.protocol.S3Errors;
import io.coppice.walrus.protocol.XmlWriter;
import java.util.List;

/** ListParts and ListMultipartUploads. Thread-safe. */
final class UploadListings {
    private static final int MAX_ENTRIES = 1000;

    private final Store store;

    UploadListings(Store store) {
        this.store = store;
    }

    void listParts(S3Exchange exchange) {
        var request = exchange.request();
        var max = Math.min(MAX_ENTRIES, request.number("max-parts", MAX_ENTRIES));
        var marker = request.number("part-number-marker", 0);
        record Found(UploadRow upload, List<UploadedPart> parts) {}
        var found = store.transactions().call(session -> {
            var upload = MultipartOperations.find(store, session, exchange);
            return new Found(upload, store.uploads().parts(session, upload.uploadId(), marker, max + 1));
        });
        var truncated = found.parts().size() > max;
        var shown = truncated ? found.parts().subList(0, max) : found.parts();
        var answer = XmlWriter.document("ListPartsResult")
                .element("Bucket", request.bucket())
                .element("Key", request.key())
                .element("UploadId", found.upload().uploadId());
        owner(answer, "Initiator", found.upload().traits().owner());
        owner(answer, "Owner", found.upload().traits().owner());
        answer.element("StorageClass", "STANDARD").element("PartNumberMarker", marker);
        if (!shown.isEmpty()) {
            answer.element("NextPartNumberMarker", shown.getLast().number());
        }
        answer.element("MaxParts", max).element("IsTruncated", truncated);
        var algorithm = found.upload().checksumAlgorithm().flatMap(ChecksumAlgorithm::named);
        algorithm.ifPresent(each -> answer.element("ChecksumAlgorithm", each)
                .element("ChecksumType", found.upload().checksumType().orElse("")));
        for (var part : shown) {
            answer.open("Part")
                    .element("PartNumber", part.number())
                    .element("LastModified", S3Exchange.xmlDate(part.modifiedAt()))
                    .element("ETag", "\"" + part.etag() + "\"")
                    .element("Size", part.sizeBytes());
            algorithm.ifPresent(each -> part.checksum().ifPresent(value -> answer.element(each.element(), value)));
            answer.close("Part");
        }
        exchange.xml(answer.close("ListPartsResult"));
    }

    void listUploads(S3Exchange exchange) {
        var request = exchange.request();
        if (request.has("delimiter")) {
            throw S3Errors.notImplemented("ListMultipartUploads with a delimiter");
        }
        var prefix = request.parameter("prefix").orElse("");
        var keyMarker = request.parameter("key-marker").orElse("");
        var idMarker = request.parameter("upload-id-marker").orElse("");
        var max = Math.min(MAX_ENTRIES, request.number("max-uploads", MAX_ENTRIES));
        var all = KeyRange.ofPrefix(prefix);
        // Without an id a key marker excludes every upload of that key: no id is greater than this one.
        var afterId = idMarker.isEmpty() && !keyMarker.isEmpty() ? "~" : idMarker;
        var uploads = store.transactions().call(session -> {
            return store.uploads().list(session, exchange.bucket().bucketId(), all.after(keyMarker), afterId, max + 1);
        });
        var truncated = uploads.size() > max;
        var shown = truncated ? uploads.subList(0, max) : uploads;
        var answer = XmlWriter.document("ListMultipartUploadsResult")
                .element("Bucket", request.bucket())
                .element("KeyMarker", keyMarker)
                .element("UploadIdMarker", idMarker)
                .element("Prefix", prefix);
        if (truncated && !shown.isEmpty()) {
            answer.element("NextKeyMarker", shown.getLast().key())
                    .element("NextUploadIdMarker", shown.getLast().uploadId());
        }
        answer.element("MaxUploads", max).element("IsTruncated", truncated);
        for (var upload : shown) {
            answer.open("Upload").element("Key", upload.key()).element("UploadId", upload.uploadId());
            owner(answer, "Initiator", upload.traits().owner());
            owner(answer, "Owner", upload.traits().owner());
            answer.element("StorageClass", "STANDARD")
                    .element("Initiated", S3Exchange.xmlDate(upload.initiatedAt()))
                    .close("Upload");
        }
        exchange.xml(answer.close("ListMultipartUploadsResult"));
    }

    static void owner(XmlWriter answer, String element, BucketOwner owner) {
        answer.open(element)
                .element("ID", owner.canonicalId())
                .element("DisplayName", owner.displayName())
                .close(element);
    }
}
