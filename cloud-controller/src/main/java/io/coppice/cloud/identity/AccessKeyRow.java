package io.coppice.cloud.identity;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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

    @Column(name = "last_used_at")
    private @Nullable Instant lastUsedAt;

    @Column(name = "last_used_service")
    private @Nullable String lastUsedService;

    @Column(name = "last_used_region")
    private @Nullable String lastUsedRegion;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected AccessKeyRow() {}

    /** A new key, active. */
    public AccessKeyRow(String id, UserRow user, byte[] sealedSecret, Instant createdAt) {
        this.id = id;
        this.user = user;
        this.sealedSecret = sealedSecret.clone();
        this.active = true;
        this.createdAt = createdAt;
    }

    /** {@code AKIA…}. */
    public String id() {
        return id;
    }

    /** Whose it is. */
    public UserRow user() {
        return user;
    }

    /** Whether requests signed with it are accepted. */
    public boolean active() {
        return active;
    }

    /** When it was made. */
    public Instant createdAt() {
        return createdAt;
    }

    /** The last use that was written down. */
    public Optional<KeyUse> lastUse() {
        return lastUsedAt == null
                ? Optional.empty()
                : Optional.of(new KeyUse(
                        lastUsedAt,
                        lastUsedService == null ? "" : lastUsedService,
                        lastUsedRegion == null ? "" : lastUsedRegion));
    }

    /** Turns it on or off. */
    public void activate(boolean on) {
        active = on;
    }

    byte[] sealedSecret() {
        return sealedSecret.clone();
    }
}
