package io.coppice.cloud.network.flowlog;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.zip.GZIPOutputStream;

/**
 * An object that a flow log is delivered in. Source: Amazon VPC user guide, "Flow log files".
 *
 * @param content the first line with the names of the fields, and the records, as gzip
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared; goes to the database.
record LogFile(String key, byte[] content) {
    private static final DateTimeFormatter DAY =
            DateTimeFormatter.ofPattern("yyyy/MM/dd", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter MINUTE =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmm'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final int HASH_DIGITS = 8;

    /**
     * Makes the object.
     *
     * @param origin what no other object of this flow log comes from: the same origin gives the same key
     */
    static LogFile of(FlowLogRow log, String region, Instant now, String origin, List<LogRecord> records) {
        var format = LogFormat.parse(log.logFormat);
        var text = new StringBuilder(format.header()).append('\n');
        records.forEach(each -> text.append(format.line(each)).append('\n'));
        var key = "%sAWSLogs/%s/vpcflowlogs/%s/%s/%s_vpcflowlogs_%s_%s_%s_%s.log.gz"
                .formatted(
                        LogDestination.parse(log.logDestination).folder(),
                        log.accountId,
                        region,
                        DAY.format(now),
                        log.accountId,
                        region,
                        log.id,
                        MINUTE.format(now),
                        hash(log.id + " " + origin));
        return new LogFile(key, zipped(text.toString()));
    }

    private static byte[] zipped(String text) {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new GZIPOutputStream(bytes)) {
            zip.write(text.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("memory has no errors of its own", e);
        }
        return bytes.toByteArray();
    }

    private static String hash(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)))
                    .substring(0, HASH_DIGITS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
