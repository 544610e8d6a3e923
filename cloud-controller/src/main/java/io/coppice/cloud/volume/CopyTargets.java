package io.coppice.cloud.volume;

import io.coppice.foundation.id.AccountId;
import io.coppice.proto.ebs.v1.VolumeExport;
import jakarta.persistence.EntityManager;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Volumes that an instance's host fills with a copy of a disk, so that a snapshot can be taken of it. They count for the
 * account's quotas and nobody is shown them. The instance is locked by the caller, whose transaction this is. Thread-safe.
 */
public interface CopyTargets {
    /** Makes an empty one and returns its id; throws {@code VolumeLimitExceeded}. */
    String make(EntityManager entities, AccountId account, String zone, int sizeGib, String instanceId);

    /**
     * As {@link #make}, one that nobody is served and the EBS controller itself writes to.
     *
     * @param kmsKeyId as {@link #unservedKey} told it
     */
    String makeUnserved(EntityManager entities, AccountId account, int sizeGib, @Nullable String kmsKeyId);

    /**
     * The ARN of the key under which one that nobody is served is encrypted; null when it is not to be. Throws {@code
     * KMS.NotFoundException}.
     */
    @Nullable
    String unservedKey(AccountId account, EncryptionWish wish);

    /** Whether a guest that goes on while its disk is copied is to hold its file systems still when that begins. */
    boolean freezesGuests();

    /** Why it cannot be had; empty while it can. */
    Optional<String> failure(EntityManager entities, String id);

    /** Where the host may write to it; empty while it cannot. */
    Optional<VolumeExport> export(EntityManager entities, String id);

    /** Nobody may write to it any more. Does nothing when that is so, or it is gone. */
    void close(EntityManager entities, String id);

    /** Whether nobody can write to it any more: its content is what a snapshot would hold. False when it is gone. */
    boolean isStill(EntityManager entities, String id);

    /** Has it removed. Does nothing when it is gone. */
    void delete(EntityManager entities, String id);
}
