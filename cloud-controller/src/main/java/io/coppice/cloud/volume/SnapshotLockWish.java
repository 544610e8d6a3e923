package io.coppice.cloud.volume;

import io.coppice.cloud.volume.SnapshotLock.CoolOff;
import io.coppice.cloud.volume.SnapshotLock.End;
import io.coppice.cloud.volume.SnapshotLock.Mode;
import io.coppice.cloud.volume.SnapshotLock.State;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.LockSnapshotRequest;

/**
 * What LockSnapshot asks for.
 *
 * @param coolOffHours null for none
 */
record SnapshotLockWish(Mode mode, End end, @Nullable Integer coolOffHours) {
    /** Limits of the EC2 API reference, LockSnapshot. */
    private static final int MOST_DAYS = 36_500;

    private static final int MOST_HOURS = 72;

    /** Throws {@code MissingParameter}, {@code InvalidParameterValue} or {@code InvalidParameterCombination}. */
    static SnapshotLockWish of(LockSnapshotRequest request, Instant now) {
        var mode = mode(request.lockModeAsString());
        var hours = request.coolOffPeriod();
        if (hours != null && mode == Mode.GOVERNANCE) {
            throw SnapshotErrors.contradiction("CoolOffPeriod goes with the lock mode compliance only");
        }
        if (hours != null && (hours < 1 || hours > MOST_HOURS)) {
            throw VolumeErrors.invalid("CoolOffPeriod", hours.toString());
        }
        return new SnapshotLockWish(mode, end(request.lockDuration(), request.expirationDate(), now), hours);
    }

    private static Mode mode(@Nullable String text) {
        if (text == null || text.isEmpty()) {
            throw VolumeErrors.missing("LockMode");
        }
        return switch (text) {
            case "governance" -> Mode.GOVERNANCE;
            case "compliance" -> Mode.COMPLIANCE;
            default -> throw VolumeErrors.invalid("LockMode", text);
        };
    }

    private static End end(@Nullable Integer days, @Nullable Instant at, Instant now) {
        if ((days == null) == (at == null)) {
            throw SnapshotErrors.contradiction("Exactly one of LockDuration and ExpirationDate must be given");
        }
        if (days != null) {
            if (days < 1 || days > MOST_DAYS) {
                throw VolumeErrors.invalid("LockDuration", days.toString());
            }
            return new End.Days(days);
        }
        if (at == null
                || at.isBefore(now.plus(Duration.ofDays(1)))
                || at.isAfter(now.plus(Duration.ofDays(MOST_DAYS)))) {
            throw VolumeErrors.invalid("ExpirationDate", String.valueOf(at));
        }
        return new End.At(at);
    }

    /**
     * The lock that a snapshot gets. Throws {@code OperationNotPermitted} when the one that it has cannot be changed so.
     *
     * @param present the lock that it has, or had; null for none
     * @param completedAt when the snapshot was there; null while it is not
     */
    SnapshotLock applyTo(String id, @Nullable SnapshotLock present, @Nullable Instant completedAt, Instant now) {
        var state = present == null ? State.EXPIRED : present.state(now);
        if (present == null || state == State.EXPIRED) {
            return wanted(now, completedAt == null ? null : now, coolOff(now));
        }
        if (state != State.COMPLIANCE) {
            return wanted(present.createdAt(), present.startsAt(), coolOff(now));
        }
        var longer = wanted(present.createdAt(), present.startsAt(), present.coolOff());
        if (mode != Mode.COMPLIANCE || coolOffHours != null || !lasts(present, longer)) {
            throw SnapshotErrors.lockedForGood(id);
        }
        return longer;
    }

    private static boolean lasts(SnapshotLock present, SnapshotLock longer) {
        var before = present.expiresAt();
        var after = longer.expiresAt();
        if (before == null || after == null) {
            // Of a snapshot that is not there yet only lengths can be compared.
            return present.end() instanceof End.Days was
                    && longer.end() instanceof End.Days is
                    && is.days() > was.days();
        }
        return after.isAfter(before);
    }

    private SnapshotLock wanted(Instant createdAt, @Nullable Instant startsAt, @Nullable CoolOff coolOff) {
        return new SnapshotLock(mode, createdAt, startsAt, end, coolOff);
    }

    private @Nullable CoolOff coolOff(Instant now) {
        return coolOffHours == null ? null : new CoolOff(coolOffHours, now.plus(Duration.ofHours(coolOffHours)));
    }
}
