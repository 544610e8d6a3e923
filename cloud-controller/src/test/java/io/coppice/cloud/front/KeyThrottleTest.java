package io.coppice.cloud.front;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

/** If this failed, one runaway script could keep everybody else from the API, or nobody could use it after a burst. */
class KeyThrottleTest {
    private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

    private Instant now = START;

    private final Clock clock = new Clock() {
        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(java.time.ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return now;
        }
    };

    @Test
    void aBurstPassesThenTheRateCounts() {
        var throttle = new KeyThrottle(10, 3, clock);
        assertTrue(throttle.admits("a"));
        assertTrue(throttle.admits("a"));
        assertTrue(throttle.admits("a"));
        assertFalse(throttle.admits("a"));
        assertTrue(throttle.admits("b"), "another key has a bucket of its own");
        now = now.plus(Duration.ofMillis(100));
        assertTrue(throttle.admits("a"));
        assertFalse(throttle.admits("a"));
        now = now.plus(Duration.ofHours(1));
        assertEquals(3, admitted(throttle), "a bucket never holds more than a burst");
    }

    @Test
    void aClockThatGoesBackGivesNothing() {
        var throttle = new KeyThrottle(10, 1, clock);
        assertTrue(throttle.admits("a"));
        now = now.minus(Duration.ofHours(1));
        assertFalse(throttle.admits("a"));
    }

    private static int admitted(KeyThrottle throttle) {
        var count = 0;
        while (throttle.admits("a")) {
            count++;
        }
        return count;
    }
}
