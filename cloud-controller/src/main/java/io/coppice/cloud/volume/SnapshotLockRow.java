package io.coppice.cloud.volume;

import io.coppice.cloud.volume.SnapshotLock.CoolOff;
import io.coppice.cloud.volume.SnapshotLock.End;
import io.coppice.cloud.volume.SnapshotLock.Mode;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A snapshot's lock as the database keeps it. */
@Entity
@Table(name = "snapshot_lock")
class SnapshotLockRow {
    @Id
    @Column(name = "snapshot_id")
    private String snapshotId;

    @Column(name = "mode", nullable = false)
    private String mode;

    @Column(name = "created_at", nullable = false)
    private Instant createdAt;

    @Column(name = "duration_days")
    private @Nullable Integer days;

    @Column(name = "expires_at")
    private @Nullable Instant expiresAt;

    @Column(name = "cool_off_hours")
    private @Nullable Integer coolOffHours;

    @Column(name = "cool_off_until")
    private @Nullable Instant coolOffUntil;

    @SuppressWarnings("NullAway.Init")
    protected SnapshotLockRow() {}

    SnapshotLockRow(String snapshotId, SnapshotLock lock) {
        this.snapshotId = snapshotId;
        mode = lock.mode().text();
        createdAt = lock.createdAt();
        become(lock);
    }

    /** Becomes this lock. */
    final void become(SnapshotLock lock) {
        mode = lock.mode().text();
        createdAt = lock.createdAt();
        days = lock.end() instanceof End.Days length ? (Integer) length.days() : null;
        expiresAt = lock.end() instanceof End.At at ? at.time() : null;
        coolOffHours = lock.coolOff() == null ? null : (Integer) lock.coolOff().hours();
        coolOffUntil = lock.coolOff() == null ? null : lock.coolOff().until();
    }

    /** @param completedAt when the snapshot was there; null while it is not */
    SnapshotLock toLock(@Nullable Instant completedAt) {
        var started = completedAt == null || completedAt.isBefore(createdAt) ? createdAt : completedAt;
        return new SnapshotLock(
                Mode.valueOf(mode.toUpperCase(Locale.ROOT)),
                createdAt,
                completedAt == null ? null : started,
                days == null ? new End.At(Objects.requireNonNull(expiresAt)) : new End.Days(days),
                coolOffHours == null ? null : new CoolOff(coolOffHours, Objects.requireNonNull(coolOffUntil)));
    }
}
