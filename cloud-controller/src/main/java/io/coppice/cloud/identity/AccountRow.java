package io.coppice.cloud.identity;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** An account as stored. */
@Entity(name = "Account")
@Table(name = "accounts")
public class AccountRow {
    @Id
    private String id;

    private String name;

    @Column(name = "canonical_id")
    private String canonicalId;

    private boolean system;

    @Column(name = "created_at")
    private Instant createdAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected AccountRow() {}

    /** A new account. */
    public AccountRow(String id, String name, String canonicalId, boolean system, Instant createdAt) {
        this.id = id;
        this.name = name;
        this.canonicalId = canonicalId;
        this.system = system;
        this.createdAt = createdAt;
    }

    /** Twelve digits. */
    public String id() {
        return id;
    }

    /** Unique in the cloud. */
    public String name() {
        return name;
    }

    /** The id in S3, 64 hexadecimal digits. */
    public String canonicalId() {
        return canonicalId;
    }

    /** Whether it is the cloud's own. */
    public boolean system() {
        return system;
    }

    /** When it was made. */
    public Instant createdAt() {
        return createdAt;
    }
}
