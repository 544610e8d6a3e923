package io.coppice.cloud.compute;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a reconciler is.
 *
 * @param name for example {@code instances us-east-1a}
 * @param lastStart null before the first run
 * @param duration of the last run
 * @param result one sentence: {@code ok}, or what went wrong
 * @param backlog how many things are not as desired, now; -1 when the database cannot tell
 */
public record ReconcilerStatus(
        String name, @Nullable Instant lastStart, Duration duration, String result, long backlog) {}
