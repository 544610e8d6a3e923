package io.coppice.walrus.form;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.coppice.walrus.protocol.S3Errors;
import io.coppice.wire.error.AwsException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a form was signed for (S3 API Reference, "Creating a POST policy").
 *
 * @param expiration until when
 * @param conditions all of which must hold
 * @param range how many bytes the file may have
 */
public record PostPolicy(Instant expiration, List<PostPolicy.Condition> conditions, Optional<PostPolicy.Range> range) {
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(8)
                    .maxNumberLength(32)
                    .build())
            .build();
    /** Fields that need no condition. */
    private static final Set<String> FREE = Set.of(
            "awsaccesskeyid",
            "signature",
            "x-amz-signature",
            "policy",
            "file",
            "submit",
            "x-amz-algorithm",
            "x-amz-date",
            "x-amz-credential",
            "x-amz-security-token");

    public PostPolicy {
        conditions = List.copyOf(conditions);
    }

    /**
     * A condition on a field.
     *
     * @param field in lower case
     * @param exact whether the value must be just this, or only begin so
     */
    public record Condition(String field, boolean exact, String value) {}

    /** Bytes, both ends included. */
    public record Range(long least, long most) {}

    /** Reads a policy from Base64; throws InvalidPolicyDocument. */
    public static PostPolicy parse(String base64) {
        try (var parser =
                JSON.createParser(new String(Base64.getMimeDecoder().decode(base64), StandardCharsets.UTF_8))) {
            return read(parser);
        } catch (IOException | IllegalArgumentException e) {
            throw invalid("Invalid Policy: Invalid JSON.");
        }
    }

    /** Throws AccessDenied when the policy has ended, or a field is not as it says or not foreseen in it. */
    public void check(Map<String, String> fields, Instant now) {
        if (!now.isBefore(expiration)) {
            throw denied("Policy expired.");
        }
        var foreseen = new HashSet<String>();
        for (var condition : conditions) {
            foreseen.add(condition.field());
            var actual = fields.getOrDefault(condition.field(), "");
            var holds = condition.exact() ? actual.equals(condition.value()) : actual.startsWith(condition.value());
            if (!holds) {
                throw denied("Policy Condition failed: [\"" + (condition.exact() ? "eq" : "starts-with") + "\", \"$"
                        + condition.field() + "\", \"" + condition.value() + "\"]");
            }
        }
        for (var field : fields.keySet()) {
            if (!FREE.contains(field)
                    && !foreseen.contains(field)
                    && !field.startsWith("x-ignore-")
                    && !field.startsWith("x-amz-checksum-")
                    && !field.equals("bucket")) {
                throw denied("Extra input fields: " + field);
            }
        }
    }

    /** Throws EntityTooSmall or EntityTooLarge. */
    public void checkSize(long bytes) {
        range.filter(each -> bytes < each.least()).ifPresent(each -> {
            throw S3Errors.entityTooSmall();
        });
        range.filter(each -> bytes > each.most()).ifPresent(each -> {
            throw S3Errors.entityTooLarge();
        });
    }

    private static PostPolicy read(JsonParser parser) throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw invalid("Invalid Policy: Invalid JSON.");
        }
        var conditions = new ArrayList<Condition>();
        var range = new ArrayList<Range>();
        Instant expiration = null;
        var seen = false;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            var name = parser.currentName();
            parser.nextToken();
            switch (name) {
                case "expiration" -> expiration = time(parser.getValueAsString(""));
                case "conditions" -> {
                    seen = true;
                    readConditions(parser, conditions, range);
                }
                default -> throw invalid("Invalid Policy: Unexpected: '" + name + "'.");
            }
        }
        if (expiration == null) {
            throw invalid("Invalid Policy: Policy missing expiration.");
        }
        if (!seen) {
            throw invalid("Invalid Policy: Policy missing conditions.");
        }
        return new PostPolicy(expiration, conditions, range.stream().findFirst());
    }

    private static void readConditions(JsonParser parser, List<Condition> conditions, List<Range> range)
            throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw invalid("Invalid Policy: Invalid 'conditions' value: must be a List.");
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            switch (parser.currentToken()) {
                case START_OBJECT -> readObject(parser, conditions);
                case START_ARRAY -> readList(parser, conditions, range);
                default -> throw invalid("Invalid Policy: Invalid JSON.");
            }
        }
    }

    private static void readObject(JsonParser parser, List<Condition> conditions) throws IOException {
        var count = 0;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            var name = parser.currentName();
            parser.nextToken();
            conditions.add(new Condition(name.toLowerCase(Locale.ROOT), true, scalar(parser)));
            count++;
        }
        if (count != 1) {
            throw invalid("Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.");
        }
    }

    private static void readList(JsonParser parser, List<Condition> conditions, List<Range> range) throws IOException {
        var parts = new ArrayList<String>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            parts.add(scalar(parser));
        }
        if (parts.size() != 3) {
            throw invalid("Invalid Condition: wrong number of arguments.");
        }
        switch (parts.getFirst().toLowerCase(Locale.ROOT)) {
            case "content-length-range" -> range.add(new Range(number(parts.get(1)), number(parts.get(2))));
            case "eq" -> conditions.add(new Condition(field(parts.get(1)), true, parts.get(2)));
            case "starts-with" -> conditions.add(new Condition(field(parts.get(1)), false, parts.get(2)));
            default -> throw invalid("Invalid Condition: unknown operation '" + parts.getFirst() + "'.");
        }
    }

    private static String scalar(JsonParser parser) throws IOException {
        if (!parser.currentToken().isScalarValue()) {
            throw invalid("Invalid Policy: Invalid JSON.");
        }
        return parser.getText();
    }

    private static String field(String text) {
        if (!text.startsWith("$")) {
            throw invalid("Invalid Condition: a field begins with $.");
        }
        return text.substring(1).toLowerCase(Locale.ROOT);
    }

    private static long number(String text) {
        try {
            var number = Long.parseLong(text.strip());
            if (number >= 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw invalid("Invalid content-length-range: not a number.");
        }
        throw invalid("Invalid content-length-range: negative.");
    }

    private static Instant time(String text) {
        try {
            return DateTimeFormatter.ISO_DATE_TIME.parse(text, Instant::from);
        } catch (DateTimeException e) {
            throw invalid("Invalid Policy: Invalid 'expiration' value: '" + text + "'");
        }
    }

    private static AwsException invalid(String message) {
        return AwsException.client("InvalidPolicyDocument", message);
    }

    private static AwsException denied(String reason) {
        return S3Errors.accessDenied("Invalid according to Policy: " + reason);
    }
}
