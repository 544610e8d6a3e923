package io.coppice.cloud.rootvolume;

import io.coppice.foundation.id.AccountId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A replacement of a root volume as the database keeps it. */
@Entity
@Table(name = "root_replacement")
class ReplacementRow {
    private static final int LONGEST_REASON = 1024;

    @Id
    @Column(name = "id")
    private String id;

    @Column(name = "account_id", nullable = false)
    private String accountId;

    @Column(name = "instance_id", nullable = false)
    private String instanceId;

    @Column(name = "snapshot_id")
    private @Nullable String snapshotId;

    @Column(name = "image_id")
    private @Nullable String imageId;

    @Column(name = "delete_replaced", nullable = false)
    private boolean deleteReplaced;

    @Column(name = "replaced_volume_id", nullable = false)
    private String replacedId;

    @Column(name = "volume_id", nullable = false)
    private String volumeId;

    @Column(name = "launch_snapshot_id")
    private @Nullable String launchSnapshotId;

    @Column(name = "state", nullable = false)
    private String state;

    @Column(name = "resting", nullable = false)
    private boolean resting;

    @Column(name = "swapped", nullable = false)
    private boolean swapped;

    @Column(name = "reason", nullable = false)
    private String reason;

    @Column(name = "started_at", nullable = false)
    private Instant startedAt;

    @Column(name = "completed_at")
    private @Nullable Instant completedAt;

    @SuppressWarnings("NullAway.Init")
    protected ReplacementRow() {}

    /**
     * What is asked for.
     *
     * @param snapshotId what the request names; null for none
     * @param imageId what the request names; null for none
     */
    record Wish(
            String instanceId,
            @Nullable String snapshotId,
            @Nullable String imageId,
            boolean deleteReplaced) {}

    /**
     * What is done for it.
     *
     * @param launchSnapshotId what the instance's first root volume was made from; null when it was empty
     */
    record Plan(
            String replacedId, String volumeId, @Nullable String launchSnapshotId) {}

    ReplacementRow(String id, AccountId account, Wish wish, Plan plan, Instant now) {
        this.id = id;
        accountId = account.value();
        instanceId = wish.instanceId();
        snapshotId = wish.snapshotId();
        imageId = wish.imageId();
        deleteReplaced = wish.deleteReplaced();
        replacedId = plan.replacedId();
        volumeId = plan.volumeId();
        launchSnapshotId = plan.launchSnapshotId();
        state = ReplacementState.PENDING.text();
        reason = "";
        startedAt = now;
    }

    String id() {
        return id;
    }

    AccountId account() {
        return new AccountId(accountId);
    }

    String instanceId() {
        return instanceId;
    }

    /** Null when the request named none. */
    @Nullable
    String snapshotId() {
        return snapshotId;
    }

    /** Null when the request named none. */
    @Nullable
    String imageId() {
        return imageId;
    }

    boolean deleteReplaced() {
        return deleteReplaced;
    }

    /** The volume that goes when it is replaced; null when none does. */
    @Nullable
    String deleted() {
        return deleteReplaced ? replacedId : null;
    }

    /** The new volume. */
    String volumeId() {
        return volumeId;
    }

    /** The volumes that are, or were, the instance's root by this. */
    Set<String> roots() {
        return swapped ? Set.of(replacedId, volumeId) : Set.of(replacedId);
    }

    /** What the instance's first root volume was made from; null when it was empty. */
    @Nullable
    String launchSnapshotId() {
        return launchSnapshotId;
    }

    ReplacementState state() {
        return ReplacementState.parse(state);
    }

    /** Whether nothing more is done for it. */
    boolean isOver() {
        return completedAt != null;
    }

    boolean isResting() {
        return resting;
    }

    boolean isSwapped() {
        return swapped;
    }

    /** The new volume is there, and the guest has to go off. */
    void begin() {
        state = ReplacementState.IN_PROGRESS.text();
    }

    /** The guest is off. */
    void rest() {
        resting = true;
    }

    /** The volumes have changed places. */
    void swap() {
        swapped = true;
    }

    void succeed(Instant now) {
        state = ReplacementState.SUCCEEDED.text();
        completedAt = now;
    }

    void fail(String why, Instant now) {
        state = ReplacementState.FAILED.text();
        reason = why.substring(0, Math.min(why.length(), LONGEST_REASON));
        completedAt = now;
    }

    Instant startedAt() {
        return startedAt;
    }

    /** Null while it is under way. */
    @Nullable
    Instant completedAt() {
        return completedAt;
    }
}
