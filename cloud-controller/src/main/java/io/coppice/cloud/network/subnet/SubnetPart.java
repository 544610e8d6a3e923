package io.coppice.cloud.network.subnet;

import io.coppice.cloud.place.DefaultNetwork;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A kind of thing that subnets have or that has addresses in them: an application-scoped bean of the feature that owns it.
 * All methods work in the caller's transaction. Thread-safe.
 */
public interface SubnetPart {
    /**
     * Gives a new subnet what every one has.
     *
     * @param ids the names of its parts when it is the first default subnet of an account
     */
    default void begin(EntityManager entities, SubnetRow subnet, Optional<DefaultNetwork.Ids> ids) {}

    /** How many IPv4 addresses of each of these subnets this kind of thing holds; none is absent. One query. */
    default Map<String, Integer> addresses(EntityManager entities, Collection<String> subnetIds) {
        return Map.of();
    }

    /** Whether this kind of thing keeps the subnet from being deleted. */
    default boolean holds(EntityManager entities, String subnetId) {
        return addresses(entities, List.of(subnetId)).getOrDefault(subnetId, 0) > 0;
    }

    /** Whether this kind of thing has addresses of the subnet's IPv6 range. */
    default boolean holdsIpv6(EntityManager entities, String subnetId) {
        return false;
    }
}
