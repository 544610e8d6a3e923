package io.coppice.cloud.compute;

import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** What addresses instances are given in a network that all of them share. Every method belongs in the caller's transaction. Thread-safe. */
interface GuestAddresses {
    /** Addresses for each instance, by its id. Fewer when the zone has no more; the caller then rolls back. */
    Map<String, Pair> take(EntityManager entities, String zone, List<String> instanceIds);

    /** Gives the addresses of these instances back; they are used again last. */
    void release(EntityManager entities, Collection<String> instanceIds);

    /**
     * The addresses of one interface.
     *
     * @param ipv4 dotted quad; empty where somebody else gives it
     * @param mac lower case, colon separated
     */
    record Pair(String ipv4, String mac) {}
}
