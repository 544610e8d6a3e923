package io.coppice.cloud.volume;

import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What replacing the root volumes of instances needs of volumes. Every method works in the caller's transaction; the instance
 * is locked by it. Thread-safe.
 */
public interface RootSwaps {
    /**
     * The root volume of a running instance of the account's, which is locked; throws {@code InvalidInstanceID.NotFound}, {@code
     * IncorrectInstanceState}, or {@code UnsupportedOperation} when its root disk lies on its host.
     */
    Root require(EntityManager entities, AccountId account, String instanceId);

    /**
     * A root volume at its instance.
     *
     * @param snapshotId what it was made from; null when it was empty
     */
    record Root(
            String volumeId, String instanceId, @Nullable String snapshotId) {}

    /** What a new root volume is made from. */
    sealed interface Origin {
        /**
         * A snapshot that the account may use, taken of one of these volumes.
         *
         * @param lineage the instance's root volumes, present and former
         */
        record Chosen(String snapshotId, Set<String> lineage) implements Origin {
            /** Keeps its own copy. */
            public Chosen {
                lineage = Set.copyOf(lineage);
            }
        }

        /** A snapshot of whoever's that the instance was launched from. */
        record Launched(String snapshotId) implements Origin {}

        /** The root disk of an image that the account may launch. */
        record OfImage(DiskMapping disk) implements Origin {}
    }

    /**
     * Makes a volume like this root, which nobody is shown until it takes its place, and returns its id. Throws {@code
     * InvalidSnapshot.NotFound}, {@code IncorrectState}, {@code InvalidParameterValue} or {@code VolumeLimitExceeded}.
     */
    String make(EntityManager entities, AccountId account, Root root, Origin origin);

    /** Why a new volume cannot be had; null while it can. */
    @Nullable
    String failure(EntityManager entities, String volumeId);

    /** Whether a new volume can take its place. */
    boolean isReady(EntityManager entities, String volumeId);

    /**
     * Puts a new volume in the place of the root volume of an instance whose guest is off.
     *
     * @param deleted the volume that is to be gone when it is the one that was there; null for none: it is free
     */
    void swap(EntityManager entities, String instanceId, String volumeId, @Nullable String deleted, Instant at);

    /** Whether the guest has the volume. */
    boolean isAttached(EntityManager entities, String volumeId);

    /** Has a new volume removed that has not taken its place. Does nothing when it is gone. */
    void discard(EntityManager entities, String volumeId);

    /** Has what was written told to the EBS controller. */
    void signal();
}
