package io.coppice.cloud.volume;

import io.coppice.foundation.id.AccountId;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The last change that was asked of a volume, as the database keeps it. */
@Entity
@Table(name = "volume_modification")
class ModificationRow {
    private static final String MODIFYING = "modifying";

    @Id
    @Column(name = "volume_id")
    private String volumeId;

    @Column(name = "account_id", nullable = false)
    private String accountId;

    @Column(name = "state", nullable = false)
    private String state;

    @Column(name = "message", nullable = false)
    private String message;

    @Column(name = "original_size_gib", nullable = false)
    private int originalSizeGib;

    @Column(name = "original_type", nullable = false)
    private String originalType;

    @Column(name = "original_iops")
    private @Nullable Integer originalIops;

    @Column(name = "target_size_gib", nullable = false)
    private int targetSizeGib;

    @Column(name = "target_type", nullable = false)
    private String targetType;

    @Column(name = "target_iops")
    private @Nullable Integer targetIops;

    @Column(name = "original_multi_attach", nullable = false)
    private boolean originalMultiAttach;

    @Column(name = "target_multi_attach", nullable = false)
    private boolean targetMultiAttach;

    @Column(name = "started_at", nullable = false)
    private Instant startedAt;

    @Column(name = "ended_at")
    private @Nullable Instant endedAt;

    @SuppressWarnings("NullAway.Init")
    protected ModificationRow() {}

    ModificationRow(String volumeId, AccountId account, Volume.Shape original, Volume.Shape target, Instant at) {
        this.volumeId = volumeId;
        accountId = account.value();
        state = MODIFYING;
        message = "";
        originalSizeGib = original.sizeGib();
        originalType = original.kind().text();
        originalIops = original.iops();
        targetSizeGib = target.sizeGib();
        targetType = target.kind().text();
        targetIops = target.iops();
        originalMultiAttach = original.multiAttach();
        targetMultiAttach = target.multiAttach();
        startedAt = at;
    }

    String volumeId() {
        return volumeId;
    }

    int originalSizeGib() {
        return originalSizeGib;
    }

    boolean underWay() {
        return state.equals(MODIFYING);
    }

    void complete(Instant at) {
        state = "completed";
        endedAt = at;
    }

    void fail(String why, Instant at) {
        state = "failed";
        message = why;
        endedAt = at;
    }

    /** What the volume was before. */
    Volume.Shape original(Volume.Shape present) {
        return new Volume.Shape(
                present.zone(),
                originalSizeGib,
                VolumeKind.of(originalType).orElseThrow(),
                originalIops,
                present.snapshotId(),
                present.kmsKeyId(),
                originalMultiAttach);
    }

    /** Without the zone, which never changes. */
    Modification toModification() {
        return new Modification(
                volumeId,
                state,
                message,
                shape(originalSizeGib, originalType, originalIops, originalMultiAttach),
                shape(targetSizeGib, targetType, targetIops, targetMultiAttach),
                startedAt,
                endedAt);
    }

    private static Volume.Shape shape(int sizeGib, String type, @Nullable Integer iops, boolean multiAttach) {
        return new Volume.Shape("", sizeGib, VolumeKind.of(type).orElseThrow(), iops, null, null, multiAttach);
    }
}
