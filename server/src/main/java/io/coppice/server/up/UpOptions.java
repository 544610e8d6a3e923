package io.coppice.server.up;

import io.coppice.foundation.role.NetworkMode;
import java.util.Map;
import java.util.Optional;

/**
 * What a person asked {@code up} for. What is empty is chosen.
 *
 * @param hypervisor {@code libvirt} or {@code simulated}
 * @param hosts how many hosts, 1 or more
 * @param zones how many zones, 1 or more
 * @param listen the address of the users' door
 * @param network the networks of guests
 * @param settings first values of settings, by their keys
 * @param region as users write it in AWS_REGION
 * @param databaseUrl a PostgreSQL of the user's own, a JDBC URL
 * @param databaseUser its user
 * @param databasePasswordFile a file with its password
 * @param insecure whether plain HTTP is served beyond loopback
 * @param sampleImage whether the sample image is made and registered
 * @param foreground whether the server stays in the terminal
 */
public record UpOptions(
        Optional<String> hypervisor,
        Optional<Integer> hosts,
        Optional<Integer> zones,
        Optional<String> listen,
        Optional<NetworkMode> network,
        Map<String, String> settings,
        Optional<String> region,
        Optional<String> databaseUrl,
        Optional<String> databaseUser,
        Optional<String> databasePasswordFile,
        boolean insecure,
        boolean sampleImage,
        boolean foreground) {
    /** Keeps its own copies. */
    public UpOptions {
        settings = Map.copyOf(settings);
    }
}
