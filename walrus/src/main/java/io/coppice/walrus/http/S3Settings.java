package io.coppice.walrus.http;

import java.time.Duration;
import java.util.List;

/**
 * The limits and names of the S3 door.
 *
 * @param region the region that buckets are made in when the client names none
 * @param domains host names under which buckets may stand as {@code bucket.domain}
 * @param maxConcurrentRequests more are answered SlowDown
 * @param maxPutBytes of one PutObject or UploadPart
 * @param idleLimit how long a client may send nothing in the middle of a body
 * @param loggedRefusalsPerMinute refused requests that are logged; more are only counted
 */
public record S3Settings(
        String region,
        List<String> domains,
        int maxConcurrentRequests,
        long maxPutBytes,
        Duration idleLimit,
        int loggedRefusalsPerMinute) {
    private static final int REFUSALS_A_MINUTE = 600;
    private static final long FIVE_GIB = 5L * 1024 * 1024 * 1024;

    public S3Settings {
        domains = List.copyOf(domains);
    }

    /** What S3 itself allows. */
    public static S3Settings standard(String region) {
        return new S3Settings(
                region,
                List.of("s3.localhost", "localhost"),
                1024,
                FIVE_GIB,
                Duration.ofSeconds(60),
                REFUSALS_A_MINUTE);
    }
}
