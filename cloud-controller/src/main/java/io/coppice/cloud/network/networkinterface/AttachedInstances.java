package io.coppice.cloud.network.networkinterface;

import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import java.util.SortedSet;

/** What network interfaces need of instances. Every method works in the caller's transaction. Thread-safe. */
public interface AttachedInstances {
    /** The account's instance, locked for the rest of the transaction; throws {@code InvalidInstanceID.NotFound}. */
    Machine require(EntityManager entities, AccountId account, String instanceId);

    /**
     * Locks those of the account's instances for the rest of the transaction, in the order in which others lock instances; ids that
     * name none are passed over.
     */
    void lock(EntityManager entities, AccountId account, SortedSet<String> instanceIds);

    /** What the instance's host must know of its interfaces has changed. */
    void changed(EntityManager entities, String instanceId);

    /**
     * An instance.
     *
     * @param state as the API names it
     * @param maxInterfaces how many interfaces its type may have
     * @param maxAddresses how many private IPv4 addresses, and as many IPv6 ones, each of them may have
     */
    record Machine(String id, String zone, String type, String state, int maxInterfaces, int maxAddresses) {}
}
