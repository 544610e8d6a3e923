package io.coppice.cloud.volume;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What keeps a snapshot from being deleted for a time. Source: "Amazon EBS snapshot lock" in the EBS user guide.
 *
 * @param createdAt when it was locked
 * @param startsAt from when on the time runs; null while the snapshot is not completed
 * @param end when the time is over
 * @param coolOff how long a lock of mode {@link Mode#COMPLIANCE} can still be changed; null: not at all
 */
record SnapshotLock(
        Mode mode,
        Instant createdAt,
        @Nullable Instant startsAt,
        End end,
        @Nullable CoolOff coolOff) {
    /** How strict a lock is. */
    enum Mode {
        /** Who may can unlock it. */
        GOVERNANCE,
        /** Nobody can unlock it once its cooling-off period is over. */
        COMPLIANCE;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** How a lock stands. */
    enum State {
        GOVERNANCE,
        COMPLIANCE_COOLOFF,
        COMPLIANCE,
        EXPIRED;

        String text() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /** When a lock's time is over. */
    sealed interface End {
        /** So many days after its start. */
        record Days(int days) implements End {}

        /** At this time. */
        record At(Instant time) implements End {}
    }

    /**
     * A cooling-off period.
     *
     * @param hours its length
     */
    record CoolOff(int hours, Instant until) {}

    /** When it is over; null when that is not known while the snapshot is not completed. */
    @Nullable
    Instant expiresAt() {
        return switch (end) {
            case End.Days days -> startsAt == null ? null : startsAt.plus(Duration.ofDays(days.days()));
            case End.At at -> at.time();
        };
    }

    /** Its length in whole days, the begun one too. */
    int days() {
        return switch (end) {
            case End.Days days -> days.days();
            case End.At at -> {
                var length = Duration.between(startsAt == null ? createdAt : startsAt, at.time());
                yield (int) Math.max(
                        1, Math.ceilDiv(length.toSeconds(), Duration.ofDays(1).toSeconds()));
            }
        };
    }

    State state(Instant now) {
        var over = expiresAt();
        if (over != null && !now.isBefore(over)) {
            return State.EXPIRED;
        }
        if (mode == Mode.GOVERNANCE) {
            return State.GOVERNANCE;
        }
        return coolOff != null && now.isBefore(coolOff.until()) ? State.COMPLIANCE_COOLOFF : State.COMPLIANCE;
    }
}
