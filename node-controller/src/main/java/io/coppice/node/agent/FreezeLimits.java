package io.coppice.node.agent;

import java.time.Duration;

/**
 * How long guests are frozen.
 *
 * @param answer how long an agent may take to freeze its guest, or to thaw it
 * @param frozen how long a guest stays frozen at most, as long as its agent answers
 */
public record FreezeLimits(Duration answer, Duration frozen) {
    static FreezeLimits defaults() {
        return new FreezeLimits(Duration.ofMillis(1500), Duration.ofSeconds(5));
    }
}
