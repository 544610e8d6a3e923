package io.coppice.cloud.front;

import java.time.Clock;

/**
 * Which signatures this cloud takes, and how often.
 *
 * @param version1 whether Signature Version 1 is good enough
 * @param version2 whether Signature Version 2 is
 */
public record SignaturePolicy(boolean version1, boolean version2, KeyThrottle throttle) {
    /** As configured. */
    static SignaturePolicy of(SignatureConfig config, Clock clock) {
        return new SignaturePolicy(
                config.version1(),
                config.version2(),
                new KeyThrottle(config.requestsPerSecond(), config.burst(), clock));
    }

    /** As a cloud is without any configuration. */
    static SignaturePolicy usual(Clock clock) {
        return new SignaturePolicy(false, true, new KeyThrottle(5_000, 10_000, clock));
    }

    boolean accepts(int version) {
        return version == 1 ? version1 : version2;
    }
}
