package io.coppice.walrus.metadata;

import java.time.Instant;
import java.util.Optional;

/**
 * What keeps a version from being removed (S3 User Guide, "Locking objects with Object Lock").
 *
 * @param mode {@code GOVERNANCE} or {@code COMPLIANCE}; empty without retention
 * @param until when the retention ends
 * @param legalHold whether it is held until somebody lifts that
 */
public record ObjectLock(Optional<String> mode, Optional<Instant> until, boolean legalHold) {
    /** Nothing keeps it. */
    public static final ObjectLock NONE = new ObjectLock(Optional.empty(), Optional.empty(), false);

    private static final String GOVERNANCE = "GOVERNANCE";

    /** Whether the version must stay; {@code bypass}: the caller may and wants to remove what governance keeps. */
    public boolean keeps(Instant now, boolean bypass) {
        return legalHold || retains(now, bypass);
    }

    /** As {@link #keeps}, by retention alone. */
    public boolean retains(Instant now, boolean bypass) {
        return until.filter(now::isBefore).isPresent() && !(bypass && mode.equals(Optional.of(GOVERNANCE)));
    }

    /** The same retention with or without a legal hold. */
    public ObjectLock withLegalHold(boolean on) {
        return new ObjectLock(mode, until, on);
    }

    /** The same legal hold with another retention. */
    public ObjectLock withRetention(Optional<String> newMode, Optional<Instant> newUntil) {
        return new ObjectLock(newMode, newUntil, legalHold);
    }
}
