package io.coppice.cloud.front;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** A clock that goes on when a test says so, as a test fixture. Thread-safe. */
public final class TurnableClock extends Clock {
    private volatile Instant now = Instant.parse("2026-01-02T03:04:05Z");

    /** Time goes by. */
    public void turn(Duration by) {
        now = now.plus(by);
    }

    @Override
    public Instant instant() {
        return now;
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
