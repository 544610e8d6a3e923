package io.coppice.wire.query;

import io.coppice.wire.error.AwsException;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Base64;
import java.util.Map;
import java.util.function.Function;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.protocol.MarshallingType;

/** Single values between text and Java. */
final class Scalars {
    private static final int SHORTEST_DATE_TIME = "2026-01-02T".length();

    private static final Map<MarshallingType<?>, Parser> PARSERS = Map.ofEntries(
            Map.entry(MarshallingType.STRING, new Parser("string", text -> text)),
            Map.entry(MarshallingType.INTEGER, new Parser("integer", Integer::valueOf)),
            Map.entry(MarshallingType.LONG, new Parser("long", Long::valueOf)),
            Map.entry(MarshallingType.SHORT, new Parser("short", Short::valueOf)),
            Map.entry(MarshallingType.FLOAT, new Parser("float", Float::valueOf)),
            Map.entry(MarshallingType.DOUBLE, new Parser("double", Double::valueOf)),
            Map.entry(MarshallingType.BIG_DECIMAL, new Parser("decimal", BigDecimal::new)),
            Map.entry(MarshallingType.BOOLEAN, new Parser("boolean", Scalars::parseBoolean)),
            Map.entry(MarshallingType.INSTANT, new Parser("timestamp", Scalars::parseInstant)),
            Map.entry(MarshallingType.SDK_BYTES, new Parser("base64 blob", Scalars::parseBytes)));

    private Scalars() {}

    static Object parse(MarshallingType<?> type, String text, String parameter) {
        var parser = PARSERS.get(type);
        if (parser == null) {
            throw new IllegalStateException("the AWS model has a type that Coppice does not know: " + type);
        }
        try {
            return parser.function().apply(text);
        } catch (IllegalArgumentException | DateTimeException e) {
            throw AwsException.client(
                    "InvalidParameterValue",
                    "Value (" + text + ") for parameter " + parameter + " is invalid. Expected: '" + parser.typeName()
                            + "'.");
        }
    }

    /** EC2 writes milliseconds, the others do not. */
    static String format(Object value, boolean millis) {
        return switch (value) {
            case String text -> text;
            case Instant time -> Timestamps.format(time, millis);
            case SdkBytes bytes -> Base64.getEncoder().encodeToString(bytes.asByteArrayUnsafe());
            case BigDecimal decimal -> decimal.toPlainString();
            default -> value.toString();
        };
    }

    private static Boolean parseBoolean(String text) {
        if (text.equalsIgnoreCase("true")) {
            return true;
        }
        if (text.equalsIgnoreCase("false")) {
            return false;
        }
        throw new IllegalArgumentException("neither true nor false");
    }

    /** ISO 8601 with any offset, or a date alone, which means its midnight in UTC. */
    private static Instant parseInstant(String text) {
        return text.length() < SHORTEST_DATE_TIME
                ? LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC)
                : DateTimeFormatter.ISO_OFFSET_DATE_TIME.parse(text, Instant::from);
    }

    private static SdkBytes parseBytes(String text) {
        return SdkBytes.fromByteArray(Base64.getDecoder().decode(text.replaceAll("\\s", "")));
    }

    private record Parser(String typeName, Function<String, Object> function) {}
}
