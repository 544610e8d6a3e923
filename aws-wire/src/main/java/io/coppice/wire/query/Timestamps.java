package io.coppice.wire.query;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;

/** Times as the Query services write them: ISO 8601 in UTC, cut to milliseconds or seconds. Pure. */
final class Timestamps {
    private static final DateTimeFormatter MILLIS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter SECONDS =
            DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss'Z'").withZone(ZoneOffset.UTC);
    private static final byte[] FORM = "0000-00-00T00:00:00.000Z".getBytes(StandardCharsets.ISO_8859_1);
    private static final int NANOS_PER_MILLI = 1_000_000;
    private static final int LAST_YEAR = 9999;
    private static final int DECIMAL = 10;
    private static final int YEAR_END = 4;
    private static final int MONTH_END = 7;
    private static final int DAY_END = 10;
    private static final int HOUR_END = 13;
    private static final int MINUTE_END = 16;
    private static final int SECOND_END = 19;
    private static final int MILLI_END = 23;

    private Timestamps() {}

    /** A large list has some thousand times, for which {@link DateTimeFormatter} takes longer than all else in it. */
    static String format(Instant time, boolean millis) {
        var date = LocalDateTime.ofEpochSecond(time.getEpochSecond(), time.getNano(), ZoneOffset.UTC);
        if (date.getYear() < 1 || date.getYear() > LAST_YEAR) {
            return (millis ? MILLIS : SECONDS).format(time);
        }
        var text = FORM.clone();
        digits(text, YEAR_END, date.getYear());
        digits(text, MONTH_END, date.getMonthValue());
        digits(text, DAY_END, date.getDayOfMonth());
        digits(text, HOUR_END, date.getHour());
        digits(text, MINUTE_END, date.getMinute());
        digits(text, SECOND_END, date.getSecond());
        if (millis) {
            digits(text, MILLI_END, date.getNano() / NANOS_PER_MILLI);
            return new String(text, StandardCharsets.ISO_8859_1);
        }
        text[SECOND_END] = 'Z';
        return new String(text, 0, SECOND_END + 1, StandardCharsets.ISO_8859_1);
    }

    /** Writes a number over the noughts that end before this place. */
    private static void digits(byte[] text, int end, int number) {
        var place = end;
        for (int rest = number; rest > 0; rest /= DECIMAL) {
            text[--place] = (byte) ('0' + rest % DECIMAL);
        }
    }
}
