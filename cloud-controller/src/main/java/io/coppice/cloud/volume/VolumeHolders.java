package io.coppice.cloud.volume;

import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** What volumes need of instances. Every method works in the caller's transaction. Thread-safe. */
public interface VolumeHolders {
    /** The account's instance, locked for the rest of the transaction; throws {@code InvalidInstanceID.NotFound}. */
    Holder require(EntityManager entities, AccountId account, String instanceId);

    /** Locks an instance, if it is there: instances are locked before their volumes. */
    void lock(EntityManager entities, Collection<String> instanceIds);

    /**
     * The fsid of the Ceph cluster that the instance's host reaches, or that all hosts of the zone reach that may become its host; empty
     * when there is none.
     */
    String cephCluster(EntityManager entities, String instanceId, String zone);

    /** What the instance's host must know of its volumes has changed. */
    void changed(EntityManager entities, String instanceId);

    /**
     * The hosts that these instances belong to, by instance. One that has never run is absent: a host that cannot start it may still hand
     * it to another one. One query.
     */
    Map<String, String> hosts(EntityManager entities, Collection<String> instanceIds);

    /**
     * An instance.
     *
     * @param state as the API names it
     * @param rootDevice the name that its root disk has
     * @param rootIsVolume false when its root disk lies on its host
     * @param localDevices the names that other disks of its host have
     */
    record Holder(
            String id, String zone, String state, String rootDevice, boolean rootIsVolume, List<String> localDevices) {
        /** Keeps its own copy. */
        public Holder {
            localDevices = List.copyOf(localDevices);
        }
    }
}
