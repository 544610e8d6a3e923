package io.coppice.walrus.http;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The limits and names of the S3 door.
 *
 * @param region the region that buckets are made in when the client names none
 * @param domains host names under which buckets may stand as {@code bucket.domain}
 * @param websiteDomains host names under which buckets that are web sites stand as {@code bucket.domain}
 * @param maxConcurrentRequests more are answered SlowDown
 * @param maxPutBytes of one PutObject or UploadPart
 * @param idleLimit how long a client may send nothing in the middle of a body
 * @param loggedRefusalsPerMinute refused requests that are logged; more are only counted
 * @param telling whom buckets may tell what
 */
public record S3Settings(
        String region,
        List<String> domains,
        List<String> websiteDomains,
        int maxConcurrentRequests,
        long maxPutBytes,
        Duration idleLimit,
        int loggedRefusalsPerMinute,
        Telling telling) {
    private static final int REFUSALS_A_MINUTE = 600;
    private static final long FIVE_GIB = 5L * 1024 * 1024 * 1024;

    /**
     * What is told of requests and of what they did.
     *
     * @param destinations names of those that can be told events
     * @param backlog how many events may wait for one of them, about
     * @param accessLogEvery how often the lines of access logs are put into their buckets
     * @param accessLogLines how many lines are held until then
     * @param accessLogFolder where they are held, so that they outlive the process; empty: in memory alone
     */
    public record Telling(
            Set<String> destinations,
            int backlog,
            Duration accessLogEvery,
            int accessLogLines,
            Optional<Path> accessLogFolder) {
        /** Events are told to nobody; access logs are kept. */
        public static final Telling NOBODY = new Telling(Set.of(), 1, Duration.ofMinutes(5), 10_000, Optional.empty());

        public Telling {
            destinations = Set.copyOf(destinations);
        }
    }

    public S3Settings {
        domains = List.copyOf(domains);
        websiteDomains = List.copyOf(websiteDomains);
    }

    /** The same, telling others. */
    public S3Settings telling(Telling other) {
        return new S3Settings(
                region,
                domains,
                websiteDomains,
                maxConcurrentRequests,
                maxPutBytes,
                idleLimit,
                loggedRefusalsPerMinute,
                other);
    }

    /** Whether a host, with its port or without, is a bucket's web site. */
    boolean servesWebsite(@Nullable String host) {
        if (host == null) {
            return false;
        }
        var colon = host.lastIndexOf(':');
        var name = (colon > 0 ? host.substring(0, colon) : host).toLowerCase(Locale.ROOT);
        return websiteDomains.stream().anyMatch(domain -> name.endsWith("." + domain));
    }

    /** What S3 itself allows. */
    public static S3Settings standard(String region) {
        return new S3Settings(
                region,
                List.of("s3.localhost", "localhost"),
                List.of("s3-website.localhost"),
                1024,
                FIVE_GIB,
                Duration.ofSeconds(60),
                REFUSALS_A_MINUTE,
                Telling.NOBODY);
    }
}
