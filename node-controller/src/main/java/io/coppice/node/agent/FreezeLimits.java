package io.coppice.node.agent;

import java.time.Duration;

/**
 * How long guests are frozen.
 *
 * @param answer how long an agent may take to freeze its guest, or to thaw it; 0.1 to 1.9 seconds, since the Cloud Controller waits
 *     for 2
 * @param frozen how long a guest stays frozen at most, as long as its agent answers; up to a minute
 */
public record FreezeLimits(Duration answer, Duration frozen) {
    private static final Duration SHORTEST_ANSWER = Duration.ofMillis(100);
    private static final Duration LONGEST_ANSWER = Duration.ofMillis(1900);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    /** Throws {@link IllegalArgumentException}, naming the key, when one is out of its range. */
    public FreezeLimits {
        if (answer.compareTo(SHORTEST_ANSWER) < 0 || answer.compareTo(LONGEST_ANSWER) > 0) {
            throw new IllegalArgumentException("coppice.agent.freeze-answer is 100ms to 1900ms");
        }
        if (!frozen.isPositive() || frozen.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("coppice.agent.freeze-limit is more than nothing and at most 1m");
        }
    }

    static FreezeLimits defaults() {
        return new FreezeLimits(Duration.ofMillis(1500), Duration.ofSeconds(5));
    }
}
