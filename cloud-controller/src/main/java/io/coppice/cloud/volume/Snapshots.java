package io.coppice.cloud.volume;

import io.coppice.cloud.event.ChangeCause;
import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What other features need of snapshots. Thread-safe. */
public interface Snapshots {
    /** How far a snapshot is. */
    enum Progress {
        PENDING,
        COMPLETED,
        /** It could not be taken. */
        FAILED,
        /** It is not there, or will soon not be. */
        GONE
    }

    /** The size, GiB, of a snapshot of the account's own; throws {@code InvalidSnapshot.NotFound} or {@code AuthFailure}. */
    int ownGib(AccountId account, String snapshotId);

    /** The volumes of an instance, its root disk among them if that is one. Four queries. */
    List<OfInstance> ofInstance(AccountId account, String instanceId);

    /** A volume as an instance has it. */
    record OfInstance(String volumeId, DiskMapping disk) {}

    /** Those of these, of whatever account, that are encrypted. One query. */
    Set<String> encrypted(Collection<String> snapshotIds);

    /** How far each of these is. One query. */
    Map<String, Progress> progress(Collection<String> snapshotIds);

    /**
     * Writes that these snapshots should be, in the caller's transaction, and returns their ids in the same order. They are
     * taken when the caller has called {@link #begin} after its end, or soon after; those of volumes at one moment. Throws
     * {@code SnapshotLimitExceeded}.
     */
    List<String> want(EntityManager entities, ChangeCause cause, AccountId account, List<Wish> wishes);

    /** Has snapshots taken that were written before. A remote call each, of some milliseconds; failures are made good later. */
    void begin(Collection<String> snapshotIds);

    /** Has a snapshot of the account's own removed, in the caller's transaction. False when there is none. */
    boolean delete(EntityManager entities, ChangeCause cause, AccountId account, String snapshotId);

    /**
     * A snapshot to be.
     *
     * @param volumeId what it is of; of a copy, what AWS calls it by
     * @param sourceId the snapshot to copy; null when it is none
     * @param encryption what is said of a copy; one of a volume is as that is
     */
    record Wish(
            String volumeId,
            @Nullable String sourceId,
            int sizeGib,
            String description,
            Map<String, String> tags,
            EncryptionWish encryption) {
        /** One of whose encryption nothing is said. */
        public Wish(
                String volumeId, @Nullable String sourceId, int sizeGib, String description, Map<String, String> tags) {
            this(volumeId, sourceId, sizeGib, description, tags, EncryptionWish.NONE);
        }

        /** Keeps its own tags. */
        public Wish {
            tags = Map.copyOf(tags);
        }
    }
}
