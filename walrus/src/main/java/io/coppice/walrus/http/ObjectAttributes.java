package io.coppice.walrus.http;

import io.coppice.walrus.acl.AclPermission;
import io.coppice.walrus.body.ChecksumAlgorithm;
import io.coppice.walrus.encryption.EncryptionRequest;
import io.coppice.walrus.metadata.Segment;
import io.coppice.walrus.protocol.S3Errors;
import io.coppice.walrus.protocol.XmlWriter;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** GetObjectAttributes. Thread-safe. */
final class ObjectAttributes {
    private static final Set<String> NAMES = Set.of("ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize");
    private static final int MAX_PARTS = 1000;

    private final Store store;
    private final ObjectFinder finder;

    ObjectAttributes(Store store, ObjectFinder finder) {
        this.store = store;
        this.finder = finder;
    }

    void get(S3Exchange exchange) {
        var request = exchange.request();
        var wanted = new HashSet<String>();
        request.signable()
                .headers()
                .getOrDefault("x-amz-object-attributes", List.of())
                .forEach(line ->
                        Arrays.stream(line.split(",")).map(String::strip).forEach(wanted::add));
        if (wanted.isEmpty() || !NAMES.containsAll(wanted)) {
            throw S3Errors.invalidArgument("Invalid attribute name specified.");
        }
        var found = finder.find(exchange, AclPermission.READ);
        var object = found.object();
        // Only who has the customer's key may know of the bytes.
        store.keys()
                .open(
                        object.traits().encryption(),
                        EncryptionRequest.of(request::header).customerKey());
        ObjectFinder.describeVersion(exchange, object.versionId());
        exchange.header("Last-Modified", S3Exchange.httpDate(object.modifiedAt()));
        var answer = XmlWriter.document("GetObjectAttributesResponse");
        if (wanted.contains("ETag")) {
            answer.element("ETag", object.etag());
        }
        if (wanted.contains("Checksum")) {
            object.checksum().ifPresent(each -> answer.open("Checksum")
                    .element("Checksum" + each.algorithm(), each.value())
                    .element("ChecksumType", each.type())
                    .close("Checksum"));
        }
        if (wanted.contains("ObjectParts") && object.partCount() > 0) {
            parts(answer, request, found);
        }
        if (wanted.contains("StorageClass")) {
            answer.element("StorageClass", object.traits().storageClass());
        }
        if (wanted.contains("ObjectSize")) {
            answer.element("ObjectSize", object.sizeBytes());
        }
        exchange.xml(answer.close("GetObjectAttributesResponse"));
    }

    private static void parts(XmlWriter answer, S3Request request, ObjectFinder.Found found) {
        var max = Math.min(MAX_PARTS, number(request, "x-amz-max-parts", MAX_PARTS));
        var marker = number(request, "x-amz-part-number-marker", 0);
        var after = found.segments().stream()
                .filter(segment -> segment.partNumber() > marker)
                .toList();
        var shown = after.subList(0, Math.min(max, after.size()));
        var truncated = shown.size() < after.size();
        answer.open("ObjectParts")
                .element("PartsCount", found.object().partCount())
                .element("PartNumberMarker", marker);
        if (!shown.isEmpty()) {
            answer.element("NextPartNumberMarker", shown.getLast().partNumber());
        }
        answer.element("MaxParts", max).element("IsTruncated", truncated);
        var algorithm = found.object().checksum().flatMap(each -> ChecksumAlgorithm.named(each.algorithm()));
        for (Segment part : shown) {
            answer.open("Part").element("PartNumber", part.partNumber());
            algorithm.ifPresent(each -> part.checksum().ifPresent(value -> answer.element(each.element(), value)));
            answer.element("Size", part.sizeBytes()).close("Part");
        }
        answer.close("ObjectParts");
    }

    private static int number(S3Request request, String header, int absent) {
        try {
            return request.header(header)
                    .map(String::strip)
                    .map(Integer::parseInt)
                    .orElse(absent);
        } catch (NumberFormatException e) {
            throw S3Errors.invalidArgument("The header " + header + " is not a number");
        }
    }
}
