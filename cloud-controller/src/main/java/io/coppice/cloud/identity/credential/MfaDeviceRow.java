package io.coppice.cloud.identity.credential;

import io.coppice.cloud.identity.entity.EntityKind;
import io.coppice.cloud.identity.entity.EntityName;
import io.coppice.cloud.identity.entity.EntityRow;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A device that shows codes as stored: its secret is sealed. */
@Entity(name = "MfaDevice")
@Table(name = "mfa_devices")
public class MfaDeviceRow extends EntityRow {
    @Column(name = "sealed_seed")
    private byte[] sealedSeed;

    @Column(name = "user_id")
    private @Nullable String userId;

    @Column(name = "enabled_at")
    private @Nullable Instant enabledAt;

    @Column(name = "last_step")
    private long lastStep;

    @Column(name = "drift_steps")
    private long driftSteps;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected MfaDeviceRow() {}

    MfaDeviceRow(EntityName name, Instant createdAt) {
        super(EntityKind.MFA_DEVICE.newId(), name, createdAt);
        this.sealedSeed = new byte[0];
    }

    @Override
    public EntityKind kind() {
        return EntityKind.MFA_DEVICE;
    }

    /** The unique id of the user that it is enabled for. */
    public Optional<String> userId() {
        return Optional.ofNullable(userId);
    }

    /** Since when it is enabled. */
    public Optional<Instant> enabledAt() {
        return Optional.ofNullable(enabledAt);
    }

    byte[] sealedSeed() {
        return sealedSeed.clone();
    }

    /** The secret, sealed for this id. */
    void keep(byte[] sealed) {
        sealedSeed = sealed.clone();
    }

    void assign(String newUserId, Instant now) {
        userId = newUserId;
        enabledAt = now;
    }

    void release() {
        userId = null;
        enabledAt = null;
    }

    /** The step of the last code that was accepted, by the device's clock. */
    long lastStep() {
        return lastStep;
    }

    /** How many steps the device's clock is ahead of ours. */
    long driftSteps() {
        return driftSteps;
    }

    void accepted(long step, long drift) {
        lastStep = step;
        driftSteps = drift;
    }
}
