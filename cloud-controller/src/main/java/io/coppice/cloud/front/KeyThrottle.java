package io.coppice.cloud.front;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A token bucket for every access key: it fills at an even rate up to a burst, and a request takes one token. Counts only
 * requests whose signature was good, so nobody can use up another's. Thread-safe.
 */
public final class KeyThrottle {
    private static final int MOST_KEYS = 10_000;

    private final double perSecond;
    private final double burst;
    private final Clock clock;
    private final Map<String, Bucket> buckets = new LinkedHashMap<>(16, 0.75f, true);

    /**
     * A throttle with full buckets.
     *
     * @param perSecond tokens a second, 1 or more
     * @param burst tokens in a full bucket, 1 or more
     */
    public KeyThrottle(int perSecond, int burst, Clock clock) {
        if (perSecond < 1 || burst < 1) {
            throw new IllegalArgumentException("a rate and a burst are 1 or more, not " + perSecond + " and " + burst);
        }
        this.perSecond = perSecond;
        this.burst = burst;
        this.clock = clock;
    }

    /** Takes a token; false when there is none. */
    boolean admits(String accessKeyId) {
        var now = clock.instant();
        synchronized (buckets) {
            var bucket = buckets.computeIfAbsent(accessKeyId, any -> new Bucket(burst, now));
            if (buckets.size() > MOST_KEYS) {
                // The key that was used longest ago: its bucket is as good as full.
                buckets.remove(buckets.keySet().iterator().next());
            }
            return bucket.take(now, perSecond, burst);
        }
    }

    private static final class Bucket {
        private double tokens;
        private Instant filled;

        Bucket(double tokens, Instant filled) {
            this.tokens = tokens;
            this.filled = filled;
        }

        boolean take(Instant now, double perSecond, double burst) {
            var nanos = Math.max(0, Duration.between(filled, now).toNanos());
            tokens = Math.min(burst, tokens + perSecond * nanos / 1e9);
            filled = now;
            if (tokens < 1) {
                return false;
            }
            tokens--;
            return true;
        }
    }
}
