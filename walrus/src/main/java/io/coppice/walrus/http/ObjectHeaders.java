package io.coppice.walrus.http;

import io.coppice.walrus.metadata.StoredHeaders;
import io.coppice.walrus.protocol.S3Errors;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Which headers of a request are kept with an object. */
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

    private ObjectHeaders() {}

    /** What is kept; throws MetadataTooLarge. */
    static StoredHeaders of(S3Request request) {
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
                .collect(Collectors.joining(", "));
        if (!encoding.isEmpty()) {
            kept.put("content-encoding", encoding);
        }
        kept.putIfAbsent("content-type", "binary/octet-stream");
        if (metadataBytes(kept) > MAX_METADATA_BYTES) {
            throw S3Errors.metadataTooLarge();
        }
        return StoredHeaders.of(kept);
    }

    /** What is kept of the fields of a form, names in lower case. */
    static StoredHeaders of(Map<String, String> fields) {
        var kept = new TreeMap<String, String>();
        fields.forEach((name, value) -> {
            if (KEPT.contains(name) || name.startsWith(METADATA) || name.equals("content-encoding")) {
                if (value.chars().anyMatch(c -> c == '\r' || c == '\n')) {
                    throw S3Errors.invalidArgument("The field " + name + " must not hold line breaks");
                }
                kept.put(name, value);
            }
        });
        kept.putIfAbsent("content-type", "binary/octet-stream");
        if (metadataBytes(kept) > MAX_METADATA_BYTES) {
            throw S3Errors.metadataTooLarge();
        }
        return StoredHeaders.of(kept);
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
