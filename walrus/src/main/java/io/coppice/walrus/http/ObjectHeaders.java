package io.coppice.walrus.http;

import io.coppice.walrus.metadata.StoredHeaders;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Which headers of a request are kept with an object, and which ask for what Walrus cannot do. */
final class ObjectHeaders {
    private static final int MAX_METADATA_BYTES = 2048;
    private static final String METADATA = "x-amz-meta-";
    private static final Set<String> KEPT = Set.of(
            "content-type",
            "cache-control",
            "content-disposition",
            "content-language",
            "expires",
            "x-amz-website-redirect-location");
    private static final List<String> UNSUPPORTED_PREFIXES =
            List.of("x-amz-server-side-encryption", "x-amz-object-lock-", "x-amz-tagging", "x-amz-grant-");
    private static final Set<String> HARMLESS_ACLS =
            Set.of("private", "bucket-owner-full-control", "bucket-owner-read");

    private ObjectHeaders() {}

    /** What is kept; throws NotImplemented or MetadataTooLarge. */
    static StoredHeaders of(S3Request request) {
        refuseUnsupported(request);
        var kept = new TreeMap<String, String>();
        request.signable().headers().forEach((name, values) -> {
            if (KEPT.contains(name) || name.startsWith(METADATA)) {
                kept.put(name, String.join(",", values));
            }
        });
        var encoding = Arrays.stream(
                        request.header("content-encoding").orElse("").split(","))
                .map(String::strip)
                // It says how the body travelled, not what it is.
                .filter(each -> !each.isEmpty() && !each.equalsIgnoreCase("aws-chunked"))
                .collect(Collectors.joining(","));
        if (!encoding.isEmpty()) {
            kept.put("content-encoding", encoding);
        }
        kept.putIfAbsent("content-type", "binary/octet-stream");
        if (metadataBytes(kept) > MAX_METADATA_BYTES) {
            throw S3Errors.metadataTooLarge();
        }
        return StoredHeaders.of(kept);
    }

    static void refuseUnsupported(S3Request request) {
        for (var name : request.signable().headers().keySet()) {
            if (UNSUPPORTED_PREFIXES.stream().anyMatch(name::startsWith)) {
                throw S3Errors.notImplemented("The header " + name);
            }
        }
        request.header("x-amz-acl").filter(acl -> !HARMLESS_ACLS.contains(acl)).ifPresent(acl -> {
            throw S3Errors.notImplemented("The canned ACL " + acl);
        });
        request.header("x-amz-storage-class")
                .filter(each -> !each.equals("STANDARD"))
                .ifPresent(each -> {
                    throw io.coppice.wire.error.AwsException.client(
                            "InvalidStorageClass", "The storage class you specified is not valid");
                });
    }

    private static int metadataBytes(Map<String, String> kept) {
        return kept.entrySet().stream()
                .filter(header -> header.getKey().startsWith(METADATA))
                .mapToInt(header -> header.getKey().length()
                        - METADATA.length()
                        + header.getValue().getBytes(StandardCharsets.UTF_8).length)
                .sum();
    }
}
