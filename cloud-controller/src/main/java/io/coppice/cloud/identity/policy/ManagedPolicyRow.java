package io.coppice.cloud.identity.policy;

import io.coppice.cloud.identity.entity.EntityKind;
import io.coppice.cloud.identity.entity.EntityName;
import io.coppice.cloud.identity.entity.EntityRow;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Instant;

/** A managed policy of an account as stored; its documents are {@link PolicyVersionRow}s. */
@Entity(name = "ManagedPolicy")
@Table(name = "managed_policies")
public class ManagedPolicyRow extends EntityRow {
    private String description;

    @Column(name = "default_version")
    private int defaultVersion;

    @Column(name = "last_version")
    private int lastVersion;

    @Column(name = "updated_at")
    private Instant updatedAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected ManagedPolicyRow() {}

    /** A new policy whose default version is 1. */
    ManagedPolicyRow(EntityName name, String description, Instant createdAt) {
        super(EntityKind.POLICY.newId(), name, createdAt);
        this.description = description;
        this.defaultVersion = 1;
        this.lastVersion = 1;
        this.updatedAt = createdAt;
    }

    @Override
    public EntityKind kind() {
        return EntityKind.POLICY;
    }

    /** May be empty. */
    public String description() {
        return description;
    }

    /** The version that is in force. */
    public int defaultVersion() {
        return defaultVersion;
    }

    /** When a version was last added or put into force. */
    public Instant updatedAt() {
        return updatedAt;
    }

    /** The number of the next version; numbers are never given again. */
    int nextVersion(Instant now) {
        lastVersion++;
        updatedAt = now;
        return lastVersion;
    }

    /** Puts a version into force. */
    void useVersion(int number, Instant now) {
        defaultVersion = number;
        updatedAt = now;
    }
}
