package io.coppice.cloud.network.routetable;

import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What routes must know of the network interfaces that they lead to: a bean of the feature that owns interfaces. All
 * methods work in the caller's transaction. Thread-safe.
 */
public interface InterfaceTargets {
    /** The account's interface of this id; throws {@code InvalidNetworkInterfaceID.NotFound}. */
    Interface require(EntityManager entities, AccountId account, String id);

    /**
     * The one interface of an instance; throws {@code InvalidInstanceID.NotFound}, or {@code InvalidInstanceID} when it has
     * none or several.
     */
    Interface ofInstance(EntityManager entities, AccountId account, String instanceId);

    /** Those of these interfaces that are there, by id. One query. */
    Map<String, Interface> find(EntityManager entities, Collection<String> ids);

    /**
     * An interface.
     *
     * @param instanceId what it is attached to; null for nothing
     * @param running whether that instance runs, so that packets arrive
     */
    record Interface(String id, String vpcId, @Nullable String instanceId, boolean running) {}
}
