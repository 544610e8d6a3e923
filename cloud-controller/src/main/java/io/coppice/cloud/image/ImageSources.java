package io.coppice.cloud.image;

import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;

/** What making images needs of instances. Every method works in the caller's transaction. Thread-safe. */
public interface ImageSources {
    /** The account's instance, locked for the rest of the transaction; throws {@code InvalidInstanceID.NotFound}. */
    Source require(EntityManager entities, AccountId account, String instanceId);

    /** Locks the instance. False when it has ended. */
    boolean lock(EntityManager entities, String instanceId);

    /** What the instance's host must know of copies has changed; it is locked. */
    void changed(EntityManager entities, String instanceId);

    /**
     * An instance.
     *
     * @param state as the API names it
     * @param rootDevice the name that its root disk has
     * @param rootIsVolume false when its root disk lies on its host
     * @param rootGib GiB, rounded up, of a root disk that is no volume
     * @param needs what it has of its host besides: an image of it asks for the same, empty
     */
    record Source(
            String id,
            String zone,
            String state,
            String rootDevice,
            boolean rootIsVolume,
            int rootGib,
            GuestNeeds needs) {}
}
