package io.coppice.walrus.http;

import io.coppice.walrus.body.ChecksumAlgorithm;
import io.coppice.walrus.body.Digests;
import io.coppice.walrus.metadata.NewObject;
import io.coppice.walrus.metadata.ObjectTraits;
import io.coppice.walrus.metadata.StoredChecksum;
import io.coppice.walrus.metadata.UploadRow;
import io.coppice.walrus.metadata.UploadedPart;
import io.coppice.walrus.metadata.Versions;
import io.coppice.walrus.protocol.S3Errors;
import io.coppice.walrus.protocol.XmlElement;
import io.coppice.walrus.protocol.XmlWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.hibernate.StatelessSession;

/**
 * CompleteMultipartUpload: checks the list of parts and makes them one object, without copying a byte. Thread-safe.
 */
final class UploadCompletion {
    private static final int MAX_BODY_BYTES = 8 * 1024 * 1024;
    private static final long MIN_PART_BYTES = 5L * 1024 * 1024;

    private final Store store;
    private final ObjectWrites writes;

    UploadCompletion(Store store, ObjectWrites writes) {
        this.store = store;
        this.writes = writes;
    }

    private record Listed(int number, String etag, Map<ChecksumAlgorithm, String> checksums) {}

    /** What came of an upload. */
    private record Completed(
            String etag, Optional<StoredChecksum> checksum, ObjectTraits traits, Versions.Written written) {}

    void complete(S3Exchange exchange) throws IOException {
        var before = store.transactions().call(session -> already(session, exchange));
        var completed = before.isPresent() ? before.get() : now(exchange);
        var request = exchange.request();
        ObjectWrites.describe(exchange, completed.traits(), completed.written());
        var answer = XmlWriter.document("CompleteMultipartUploadResult")
                .element(
                        "Location",
                        (request.secure() ? "https://" : "http://")
                                + request.header("host").orElse("")
                                + request.signable().rawPath())
                .element("Bucket", request.bucket())
                .element("Key", request.key())
                .element("ETag", "\"" + completed.etag() + "\"");
        completed.checksum().ifPresent(each -> answer.element("Checksum" + each.algorithm(), each.value())
                .element("ChecksumType", each.type()));
        exchange.xml(answer.close("CompleteMultipartUploadResult"));
    }

    private Completed now(S3Exchange exchange) throws IOException {
        var listed =
                listed(XmlElement.parse(exchange.incoming().readUndeclared(MAX_BODY_BYTES), "CompleteMultipartUpload"));
        return store.transactions().call(session -> {
            var upload = MultipartOperations.find(store, session, exchange);
            if (!store.uploads().hold(session, upload.uploadId(), true)) {
                throw S3Errors.noSuchUpload();
            }
            var present = store.uploads().parts(session, upload.uploadId(), 0, MultipartOperations.MAX_PARTS);
            var parts = chosen(listed, present, upload.checksumAlgorithm().flatMap(ChecksumAlgorithm::named));
            var assembled = assemble(exchange, upload, parts);
            store.uploads()
                    .end(
                            session,
                            upload.uploadId(),
                            parts.stream().map(UploadedPart::blob).toList());
            var written = writes.replace(exchange, session, exchange.request().key(), assembled);
            return new Completed(assembled.etag(), assembled.checksum(), assembled.traits(), written);
        });
    }

    /** A client that lost the answer asks once more, and gets the same one while the object is there. */
    private Optional<Completed> already(StatelessSession session, S3Exchange exchange) {
        var request = exchange.request();
        var uploadId = request.parameter("uploadId").orElse("");
        var bucketId = exchange.bucket().bucketId();
        if (store.uploads().find(session, bucketId, request.key(), uploadId).isPresent()) {
            return Optional.empty();
        }
        var object = store.objects()
                .findUploaded(session, bucketId, request.key(), uploadId)
                .orElseThrow(S3Errors::noSuchUpload);
        return Optional.of(new Completed(
                object.etag(),
                object.checksum(),
                object.traits(),
                new Versions.Written(object.versionId(), object.modifiedAt())));
    }

    private static List<Listed> listed(XmlElement document) {
        var parts = document.all("Part").stream()
                .map(part -> new Listed(
                        number(part.value("PartNumber").orElseThrow(S3Errors::malformedXml)),
                        part.value("ETag")
                                .orElseThrow(S3Errors::malformedXml)
                                .strip()
                                .replace("\"", ""),
                        checksums(part)))
                .toList();
        if (parts.isEmpty() || parts.size() > MultipartOperations.MAX_PARTS) {
            throw S3Errors.malformedXml();
        }
        // Of a part that was sent twice the one that is named last counts.
        var single = new ArrayList<Listed>(parts.size());
        for (var part : parts) {
            if (!single.isEmpty() && part.number() < single.getLast().number()) {
                throw S3Errors.invalidPartOrder();
            }
            if (!single.isEmpty() && part.number() == single.getLast().number()) {
                single.removeLast();
            }
            single.add(part);
        }
        return List.copyOf(single);
    }

    private static List<UploadedPart> chosen(
            List<Listed> listed, List<UploadedPart> present, Optional<ChecksumAlgorithm> algorithm) {
        var byNumber = present.stream().collect(Collectors.toMap(UploadedPart::number, Function.identity()));
        var chosen = new ArrayList<UploadedPart>(listed.size());
        for (var wanted : listed) {
            var part = byNumber.get(wanted.number());
            if (part == null || !part.etag().equals(wanted.etag())) {
                throw S3Errors.invalidPart();
            }
            var given = algorithm.map(wanted.checksums()::get);
            if (given.isPresent() && !given.equals(part.checksum())) {
                throw S3Errors.invalidPart();
            }
            chosen.add(part);
        }
        for (var part : chosen.subList(0, chosen.size() - 1)) {
            if (part.sizeBytes() < MIN_PART_BYTES) {
                throw S3Errors.entityTooSmall();
            }
        }
        return chosen;
    }

    private static NewObject assemble(S3Exchange exchange, UploadRow upload, List<UploadedPart> parts) {
        var md5 = Digests.md5();
        parts.forEach(part -> md5.update(HexFormat.of().parseHex(part.etag())));
        var etag = HexFormat.of().formatHex(md5.digest()) + "-" + parts.size();
        var checksum = upload.checksumAlgorithm()
                .flatMap(ChecksumAlgorithm::named)
                .map(algorithm -> checksum(algorithm, upload.checksumType().orElse("COMPOSITE"), parts));
        var object = new NewObject(
                etag,
                upload.headers(),
                checksum,
                parts.size(),
                parts.stream().map(UploadedPart::asSegment).toList(),
                upload.traits(),
                Optional.of(upload.uploadId()));
        checkAgainstRequest(exchange.request(), object);
        return object;
    }

    private static StoredChecksum checksum(ChecksumAlgorithm algorithm, String type, List<UploadedPart> parts) {
        if (type.equals("FULL_OBJECT")) {
            var whole = parts.getFirst().checksum().orElse("");
            for (var part : parts.subList(1, parts.size())) {
                whole = algorithm.combine(whole, part.checksum().orElse(""), part.sizeBytes());
            }
            return new StoredChecksum(algorithm.name(), type, whole);
        }
        var computation = algorithm.begin();
        parts.forEach(part -> computation.update(
                ByteBuffer.wrap(Base64.getDecoder().decode(part.checksum().orElse("")))));
        return new StoredChecksum(algorithm.name(), type, computation.value() + "-" + parts.size());
    }

    private static void checkAgainstRequest(S3Request request, NewObject object) {
        request.header("x-amz-mp-object-size")
                .filter(size -> !size.equals(String.valueOf(object.sizeBytes())))
                .ifPresent(size -> {
                    throw S3Errors.invalidRequest("The provided 'x-amz-mp-object-size' header value " + size
                            + " does not match what was computed: " + object.sizeBytes());
                });
        object.checksum().ifPresent(computed -> {
            var algorithm = ChecksumAlgorithm.named(computed.algorithm()).orElseThrow();
            request.header(algorithm.header())
                    .filter(value -> !value.equals(computed.value()))
                    .ifPresent(value -> {
                        throw S3Errors.badDigest(
                                "The " + algorithm + " you specified did not match the calculated checksum.");
                    });
        });
    }

    private static Map<ChecksumAlgorithm, String> checksums(XmlElement part) {
        return java.util.Arrays.stream(ChecksumAlgorithm.values())
                .filter(algorithm -> part.value(algorithm.element()).isPresent())
                .collect(Collectors.toMap(Function.identity(), algorithm -> part.value(algorithm.element())
                        .orElseThrow()
                        .strip()));
    }

    private static int number(String text) {
        try {
            return Integer.parseInt(text.strip());
        } catch (NumberFormatException e) {
            throw S3Errors.malformedXml();
        }
    }
}
