package io.coppice.cloud.identity;

import io.coppice.foundation.id.AccountId;
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

/** An access key as stored: its secret is sealed. Whose it is comes with it. */
@Entity(name = "AccessKey")
@Table(name = "access_keys")
public class AccessKeyRow {
    @Id
    private String id;

    @ManyToOne(fetch = FetchType.EAGER, optional = false)
    @JoinColumn(name = "account_id")
    private AccountRow account;

    @ManyToOne(fetch = FetchType.EAGER)
    @JoinColumn(name = "user_id")
    private @Nullable UserRow user;

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

    /** A new key of a user, active. */
    public AccessKeyRow(String id, UserRow user, byte[] sealedSecret, Instant createdAt) {
        this(id, user.owner(), user, sealedSecret, createdAt);
    }

    private AccessKeyRow(
            String id, AccountRow account, @Nullable UserRow user, byte[] sealedSecret, Instant createdAt) {
        this.id = id;
        this.account = account;
        this.user = user;
        this.sealedSecret = sealedSecret.clone();
        this.active = true;
        this.createdAt = createdAt;
    }

    /** A new key of an account's root, active. */
    public static AccessKeyRow ofRoot(String id, AccountRow account, byte[] sealedSecret, Instant createdAt) {
        return new AccessKeyRow(id, account, null, sealedSecret, createdAt);
    }

    /** {@code AKIA…}. */
    public String id() {
        return id;
    }

    /** The account whose it is, by one of its users or its root. */
    public AccountId account() {
        return new AccountId(account.id());
    }

    /** The user whose it is; empty when it is the root's. */
    public Optional<UserRow> user() {
        return Optional.ofNullable(user);
    }

    /** Who signs with it. */
    Principal principal() {
        return user == null ? Principal.root(account) : Principal.of(user);
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
