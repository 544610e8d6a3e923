package io.coppice.cloud.identity.credential;

import io.coppice.cloud.identity.UserRow;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** A user's X.509 certificate or SSH public key as stored. */
@Entity(name = "UserPublicKey")
@Table(name = "user_public_keys")
public class PublicKeyRow {
    /** What it is for. */
    enum Kind {
        /** An X.509 certificate that signs requests of old tools. */
        SIGNING,
        /** An SSH key. */
        SSH
    }

    @Id
    private String id;

    @Column(name = "user_id")
    private String userId;

    @Enumerated(EnumType.STRING)
    private Kind kind;

    private String body;
    private String fingerprint;
    private boolean active;

    @Column(name = "created_at")
    private Instant createdAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected PublicKeyRow() {}

    PublicKeyRow(String id, UserRow user, Kind kind, Material material, Instant createdAt) {
        this.id = id;
        this.userId = user.id();
        this.kind = kind;
        this.body = material.body();
        this.fingerprint = material.fingerprint();
        this.active = true;
        this.createdAt = createdAt;
    }

    String id() {
        return id;
    }

    String userId() {
        return userId;
    }

    Kind kind() {
        return kind;
    }

    String body() {
        return body;
    }

    String fingerprint() {
        return fingerprint;
    }

    boolean active() {
        return active;
    }

    Instant createdAt() {
        return createdAt;
    }

    void activate(boolean on) {
        active = on;
    }

    /** The key as it was given, and what tells it from others. */
    record Material(String body, String fingerprint) {}
}
