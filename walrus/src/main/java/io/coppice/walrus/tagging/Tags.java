package io.coppice.walrus.tagging;

import io.coppice.walrus.protocol.S3Errors;
import io.coppice.walrus.protocol.XmlElement;
import io.coppice.walrus.protocol.XmlWriter;
import io.coppice.wire.error.AwsException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Names with values that users give to objects and buckets. They are kept in the form of a query string, which is also that
 * of the header {@code x-amz-tagging}.
 */
public final class Tags {
    /** Tags that an object may have. */
    public static final int MAX_OF_OBJECT = 10;

    /** Tags that a bucket may have. */
    public static final int MAX_OF_BUCKET = 50;

    private static final int MAX_NAME = 128;
    private static final int MAX_VALUE = 256;

    private Tags() {}

    /** Reads the form of a query string; throws InvalidArgument where that is broken. */
    public static Map<String, String> parse(String text) {
        var tags = new LinkedHashMap<String, String>();
        try {
            for (var part : text.split("&")) {
                if (!part.isEmpty()) {
                    var equals = part.indexOf('=');
                    var name = URLDecoder.decode(equals < 0 ? part : part.substring(0, equals), StandardCharsets.UTF_8);
                    var value = equals < 0 ? "" : URLDecoder.decode(part.substring(equals + 1), StandardCharsets.UTF_8);
                    if (tags.put(name, value) != null) {
                        throw invalid("Cannot provide multiple Tags with the same key");
                    }
                }
            }
        } catch (IllegalArgumentException e) {
            throw S3Errors.invalidArgument("The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL"
                    + " query parameters without tag name duplicates.");
        }
        return tags;
    }

    /** Reads and checks the header of an object that is put. */
    public static Optional<String> ofHeader(Optional<String> header) {
        return header.flatMap(text -> text(check(parse(text), MAX_OF_OBJECT)));
    }

    /** Reads and checks a document. */
    public static Optional<String> ofDocument(byte[] document, int max) {
        return text(check(ofXml(XmlElement.parse(document, "Tagging")), max));
    }

    /** The tags in an element that holds a TagSet. */
    public static Map<String, String> ofXml(XmlElement parent) {
        var set = parent.all("TagSet").stream().findFirst().orElseThrow(S3Errors::malformedXml);
        var tags = new LinkedHashMap<String, String>();
        for (var tag : set.all("Tag")) {
            var name = tag.value("Key").orElseThrow(S3Errors::malformedXml);
            if (tags.put(name, tag.value("Value").orElseThrow(S3Errors::malformedXml)) != null) {
                throw invalid("Cannot provide multiple Tags with the same key");
            }
        }
        return tags;
    }

    /** How they are kept; empty when there are none. */
    public static Optional<String> text(Map<String, String> tags) {
        return tags.isEmpty()
                ? Optional.empty()
                : Optional.of(tags.entrySet().stream()
                        .map(tag -> URLEncoder.encode(tag.getKey(), StandardCharsets.UTF_8) + "="
                                + URLEncoder.encode(tag.getValue(), StandardCharsets.UTF_8))
                        .collect(Collectors.joining("&")));
    }

    /** The answer to a read. */
    public static XmlWriter document(Optional<String> text) {
        var answer = XmlWriter.document("Tagging").open("TagSet");
        new TreeMap<>(parse(text.orElse(""))).forEach((name, value) -> answer.open("Tag")
                .element("Key", name)
                .element("Value", value)
                .close("Tag"));
        return answer.close("TagSet").close("Tagging");
    }

    /** Throws InvalidTag or BadRequest when there are too many, or one is too long. */
    public static Map<String, String> check(Map<String, String> tags, int max) {
        if (tags.size() > max) {
            throw max == MAX_OF_OBJECT
                    ? AwsException.client("InvalidTag", "Object tags cannot be greater than " + max)
                    : S3Errors.invalidArgument("Bucket tag count cannot be greater than " + max);
        }
        tags.forEach((name, value) -> {
            if (name.isEmpty() || name.length() > MAX_NAME) {
                throw invalid("The TagKey you have provided is invalid");
            }
            if (value.length() > MAX_VALUE) {
                throw invalid("The TagValue you have provided is invalid");
            }
        });
        return tags;
    }

    private static AwsException invalid(String message) {
        return AwsException.client("InvalidTag", message);
    }
}
