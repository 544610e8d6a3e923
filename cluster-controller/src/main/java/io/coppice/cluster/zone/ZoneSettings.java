package io.coppice.cluster.zone;

import java.time.Duration;

/**
 * How a zone is run.
 *
 * @param name the availability zone's name
 * @param heartbeat time between two heartbeats of a host, whole seconds
 * @param unreachableAfter silence after which a host counts as unreachable
 * @param settle longest wait after a start for hosts that were known before, during which nothing is placed anew
 * @param unknownHostAfter wait for a host that must carry an instance before the user is told
 * @param redeliverAfter wait before a wish is sent again that its host has not confirmed
 * @param maxHosts hosts that the zone takes
 * @param maxInstances instances that the zone takes
 * @param maxNetworks VPCs that the zone takes
 */
public record ZoneSettings(
        String name,
        Duration heartbeat,
        Duration unreachableAfter,
        Duration settle,
        Duration unknownHostAfter,
        Duration redeliverAfter,
        int maxHosts,
        int maxInstances,
        int maxNetworks) {
    /** What a zone uses unless it is configured otherwise. */
    public static ZoneSettings defaults(String name) {
        return new ZoneSettings(
                name,
                Duration.ofSeconds(2),
                Duration.ofSeconds(10),
                Duration.ofSeconds(5),
                Duration.ofSeconds(60),
                Duration.ofSeconds(5),
                10_000,
                200_000,
                100_000);
    }
}
