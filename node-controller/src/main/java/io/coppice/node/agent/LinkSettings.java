package io.coppice.node.agent;

import java.time.Duration;

/**
 * How hosts keep their session.
 *
 * @param redialFirst wait before the first new attempt, shortened by chance so that hosts do not dial all at once
 * @param redialLongest longest such wait; it doubles with every failure
 * @param queuePerHost messages that may wait for each host of the session
 * @param queueLeast messages that may wait whatever the number of hosts
 */
public record LinkSettings(Duration redialFirst, Duration redialLongest, int queuePerHost, int queueLeast) {
    /** What a process uses unless it is configured otherwise. */
    public static LinkSettings defaults() {
        return new LinkSettings(Duration.ofMillis(500), Duration.ofSeconds(10), 16, 8192);
    }
}
