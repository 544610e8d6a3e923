package io.coppice.node.agent;

import java.time.Duration;

/**
 * How an agent behaves.
 *
 * @param shutdownGrace how long a guest may take to shut down or reboot before its power is cut
 * @param shutdownRepeat how often the request is repeated meanwhile: a guest that still boots does not hear it
 * @param concurrentLaunches guests that one host starts at the same time, at least 1
 * @param launchAttempts attempts at a launch that fails for a reason that may pass, at least 1
 * @param retryFirst wait before the second attempt; doubles with every further one
 * @param retryLongest longest such wait
 * @param lookEvery time between two looks at the hypervisor for missed events
 * @param flowPeriod how long recorded flows are counted together, at least a second; the look that follows ends it
 * @param freezes how long guests are frozen
 * @param maxInstances instances that one host may hold, 1 to 4,096
 */
public record AgentSettings(
        Duration shutdownGrace,
        Duration shutdownRepeat,
        int concurrentLaunches,
        int launchAttempts,
        Duration retryFirst,
        Duration retryLongest,
        Duration lookEvery,
        Duration flowPeriod,
        FreezeLimits freezes,
        int maxInstances) {
    /** What a host uses unless it is configured otherwise. */
    public static AgentSettings defaults() {
        return new AgentSettings(
                Duration.ofSeconds(30),
                Duration.ofSeconds(5),
                4,
                5,
                Duration.ofSeconds(1),
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                Duration.ofSeconds(50),
                FreezeLimits.defaults(),
                4096);
    }

    /** The wait after this many failed attempts, at least one. */
    Duration retryAfter(int failedAttempts) {
        var doublings = Math.min(failedAttempts - 1, 16);
        var wait = retryFirst.multipliedBy(1L << doublings);
        return wait.compareTo(retryLongest) < 0 ? wait : retryLongest;
    }
}
