package io.coppice.cloud.identity.credential;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** A user's password as stored: a hash. */
@Entity(name = "LoginProfile")
@Table(name = "login_profiles")
public class LoginProfileRow {
    @Id
    @Column(name = "user_id")
    private String userId;

    @Column(name = "password_hash")
    private String passwordHash;

    @Column(name = "reset_required")
    private boolean resetRequired;

    @Column(name = "created_at")
    private Instant createdAt;

    @Column(name = "changed_at")
    private Instant changedAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected LoginProfileRow() {}

    LoginProfileRow(String userId, String passwordHash, boolean resetRequired, Instant now) {
        this.userId = userId;
        this.passwordHash = passwordHash;
        this.resetRequired = resetRequired;
        this.createdAt = now;
        this.changedAt = now;
    }

    String userId() {
        return userId;
    }

    String passwordHash() {
        return passwordHash;
    }

    /** Whether the user must choose another password at the next sign-in. */
    public boolean resetRequired() {
        return resetRequired;
    }

    /** When the user first got a password. */
    public Instant createdAt() {
        return createdAt;
    }

    /** When the password was last changed. */
    public Instant changedAt() {
        return changedAt;
    }

    void change(String newHash, Instant now) {
        passwordHash = newHash;
        changedAt = now;
    }

    void requireReset(boolean required) {
        resetRequired = required;
    }
}
