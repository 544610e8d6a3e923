package io.coppice.cloud.image;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Whether an image is kept from being deregistered. See "Protect an AMI from deregistration" in the EC2 user guide.
 *
 * @param on whether its owner wants it kept
 * @param withCooldown whether it stays so for {@link #COOLDOWN} once he wants it no longer
 * @param until the end of that time; null when it does not run
 */
@Embeddable
record ImageProtection(
        @Column(name = "protected", nullable = false) boolean on,

        @Column(name = "protected_with_cooldown", nullable = false)
        boolean withCooldown,

        @Column(name = "protected_until") @Nullable Instant until) {
    static final Duration COOLDOWN = Duration.ofHours(24);
    static final ImageProtection OFF = new ImageProtection(false, false, null);

    /** Whether it cannot be deregistered now. */
    boolean holds(Instant now) {
        return on || (until != null && now.isBefore(until));
    }

    /** Switched on. A cooldown that was chosen before stays chosen: it could be gone around otherwise. */
    ImageProtection enable(boolean cooldown, Instant now) {
        return new ImageProtection(true, cooldown || (withCooldown && holds(now)), null);
    }

    /** Switched off: from now on, or from the end of the cooldown on. */
    ImageProtection disable(Instant now) {
        if (on) {
            return withCooldown ? new ImageProtection(false, true, now.plus(COOLDOWN)) : OFF;
        }
        return holds(now) ? this : OFF;
    }

    /** As AWS tells it. During the cooldown it is told as what it is: still protected. */
    String text(Instant now) {
        if (!holds(now)) {
            return "disabled";
        }
        return withCooldown ? "enabled-with-cooldown" : "enabled-without-cooldown";
    }
}
