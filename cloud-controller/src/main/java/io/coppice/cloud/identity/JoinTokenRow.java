package io.coppice.cloud.identity;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** A join token as stored: its secret is not. */
@Entity(name = "JoinToken")
@Table(name = "join_tokens")
public class JoinTokenRow {
    @Id
    @Column(name = "secret_sha256")
    private String secretSha256;

    private String zone;

    @Column(name = "expires_at")
    private Instant expiresAt;

    @Column(name = "uses_left")
    private int usesLeft;

    @Column(name = "created_at")
    private Instant createdAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected JoinTokenRow() {}

    JoinTokenRow(String secretSha256, String zone, Instant expiresAt, int usesLeft, Instant createdAt) {
        this.secretSha256 = secretSha256;
        this.zone = zone;
        this.expiresAt = expiresAt;
        this.usesLeft = usesLeft;
        this.createdAt = createdAt;
    }

    String secretSha256() {
        return secretSha256;
    }

    String zone() {
        return zone;
    }

    Instant expiresAt() {
        return expiresAt;
    }

    int usesLeft() {
        return usesLeft;
    }

    Instant createdAt() {
        return createdAt;
    }
}
