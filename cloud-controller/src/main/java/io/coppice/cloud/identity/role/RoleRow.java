package io.coppice.cloud.identity.role;

import io.coppice.cloud.identity.entity.EntityKind;
import io.coppice.cloud.identity.entity.EntityName;
import io.coppice.cloud.identity.entity.EntityRow;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A role as stored. */
@Entity(name = "Role")
@Table(name = "roles")
public class RoleRow extends EntityRow {
    @Column(name = "trust_policy")
    private String trustPolicy;

    private String description;

    @Column(name = "max_session_seconds")
    private int maxSessionSeconds;

    @Column(name = "boundary_arn")
    private @Nullable String boundaryArn;

    @Column(name = "last_used_at")
    private @Nullable Instant lastUsedAt;

    @Column(name = "last_used_region")
    private @Nullable String lastUsedRegion;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected RoleRow() {}

    /** A new role; its trust policy was checked before. */
    RoleRow(EntityName name, String trustPolicy, String description, Duration longestSession, Instant createdAt) {
        super(EntityKind.ROLE.newId(), name, createdAt);
        this.trustPolicy = trustPolicy;
        this.description = description;
        this.maxSessionSeconds = Math.toIntExact(longestSession.toSeconds());
    }

    @Override
    public EntityKind kind() {
        return EntityKind.ROLE;
    }

    /** Who may become it: JSON. */
    public String trustPolicy() {
        return trustPolicy;
    }

    /** May be empty. */
    public String description() {
        return description;
    }

    /** The longest session: 1 to 12 hours. */
    public Duration longestSession() {
        return Duration.ofSeconds(maxSessionSeconds);
    }

    /** The permissions boundary. */
    public Optional<String> boundaryArn() {
        return Optional.ofNullable(boundaryArn);
    }

    /** When somebody last became it. */
    public Optional<Instant> lastUsedAt() {
        return Optional.ofNullable(lastUsedAt);
    }

    /** Where somebody last became it; empty while nobody has. */
    public String lastUsedRegion() {
        return lastUsedRegion == null ? "" : lastUsedRegion;
    }

    /** Sets who may become it. */
    public void trust(String policy) {
        trustPolicy = policy;
    }

    /** Says what it is for. */
    public void describe(String text) {
        description = text;
    }

    /** Limits its sessions. */
    public void limitSessions(Duration longest) {
        maxSessionSeconds = Math.toIntExact(longest.toSeconds());
    }

    /** Sets the permissions boundary, or takes it off. */
    public void bound(@Nullable String policyArn) {
        boundaryArn = policyArn;
    }

    /** Notes that somebody became it. */
    public void used(Instant at, String region) {
        lastUsedAt = at;
        lastUsedRegion = region;
    }
}
