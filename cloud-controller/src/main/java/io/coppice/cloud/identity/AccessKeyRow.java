package io.coppice.cloud.identity;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.time.Instant;

/** An access key as stored: its secret is sealed. The user comes with it. */
@Entity(name = "AccessKey")
@Table(name = "access_keys")
public class AccessKeyRow {
    @Id
    private String id;

    @ManyToOne(fetch = FetchType.EAGER, optional = false)
    @JoinColumn(name = "user_id")
    private UserRow user;

    @Column(name = "sealed_secret")
    private byte[] sealedSecret;

    private boolean active;

    @Column(name = "created_at")
    private Instant createdAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected AccessKeyRow() {}

    AccessKeyRow(String id, UserRow user, byte[] sealedSecret, Instant createdAt) {
        this.id = id;
        this.user = user;
        this.sealedSecret = sealedSecret.clone();
        this.active = true;
        this.createdAt = createdAt;
    }

    String id() {
        return id;
    }

    UserRow user() {
        return user;
    }

    byte[] sealedSecret() {
        return sealedSecret.clone();
    }

    boolean active() {
        return active;
    }

    Instant createdAt() {
        return createdAt;
    }
}
