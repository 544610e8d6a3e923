package io.coppice.policy;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads the values that conditions compare; empty where a text is none of the type. */
final class ConditionValues {
    private static final Pattern NUMBER = Pattern.compile("[+-]?\\d{1,40}(\\.\\d{1,40})?");
    private static final Pattern EPOCH_SECONDS = Pattern.compile("-?\\d{5,12}(\\.\\d{1,9})?");
    private static final Pattern DAY = Pattern.compile("\\d{4}-\\d{2}-\\d{2}");
    private static final Pattern MINUTE = Pattern.compile("(\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2})(Z|[+-]\\d{2}:\\d{2})");

    private ConditionValues() {}

    static Optional<BigDecimal> number(String text) {
        return NUMBER.matcher(text).matches() ? Optional.of(new BigDecimal(text)) : Optional.empty();
    }

    /** A date and time of ISO 8601 (W3C's profile), a day in UTC, or seconds since 1970. */
    static Optional<Instant> date(String text) {
        try {
            if (EPOCH_SECONDS.matcher(text).matches()) {
                return Optional.of(Instant.ofEpochSecond(new BigDecimal(text).longValue()));
            }
            if (DAY.matcher(text).matches()) {
                return Optional.of(
                        LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant());
            }
            var minute = MINUTE.matcher(text);
            var full = minute.matches() ? minute.group(1) + ":00" + minute.group(2) : text;
            return Optional.of(OffsetDateTime.parse(full).toInstant());
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    static Optional<Boolean> bool(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true" -> Optional.of(true);
            case "false" -> Optional.of(false);
            default -> Optional.empty();
        };
    }

    static Optional<byte[]> binary(String text) {
        try {
            return Optional.of(Base64.getDecoder().decode(text));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** A bare star matches every ARN; any other pattern part by part. */
    static boolean arnLike(String actual, PatternText expected, Evaluation evaluation) {
        var arn = ArnPattern.segments(actual);
        var text = expected.arn();
        if (text.isEmpty()) {
            return arn.isPresent()
                    && expected.pattern(evaluation)
                            .filter(pattern -> pattern.matches(actual))
                            .isPresent();
        }
        return arn.isPresent() && text.get().matches(arn.get(), evaluation);
    }
}
