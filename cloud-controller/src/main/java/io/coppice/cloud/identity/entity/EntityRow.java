package io.coppice.cloud.identity.entity;

import io.coppice.foundation.id.AccountId;
import jakarta.persistence.Column;
import jakarta.persistence.Id;
import jakarta.persistence.MappedSuperclass;
import java.time.Instant;

/** What every named thing of IAM is stored with. Changes count when they are made in a transaction. */
@MappedSuperclass
public abstract class EntityRow {
    @Id
    private String id;

    @Column(name = "account_id")
    private String accountId;

    private String name;
    private String path;

    @Column(name = "created_at")
    private Instant createdAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected EntityRow() {}

    /** A new one with an id of {@link EntityKind#newId}. */
    protected EntityRow(String id, EntityName name, Instant createdAt) {
        this.id = id;
        this.accountId = name.account().value();
        this.name = name.name();
        this.path = name.path();
        this.createdAt = createdAt;
    }

    /** What it is. */
    public abstract EntityKind kind();

    /** The unique id, never given again: {@code AROA…}. */
    public final String id() {
        return id;
    }

    /** The account it belongs to. */
    public final AccountId account() {
        return new AccountId(accountId);
    }

    /** The name, in the case that it was given in. */
    public final String name() {
        return name;
    }

    /** Begins and ends with a slash. */
    public final String path() {
        return path;
    }

    /** When it was made. */
    public final Instant createdAt() {
        return createdAt;
    }

    /** For example {@code arn:aws:iam::123456789012:role/team/builder}. */
    public final String arn() {
        return "arn:aws:iam::" + accountId + ":" + kind().arnType() + path + name;
    }

    /** Gives it another name and path; the id stays. */
    public final void rename(String newPath, String newName) {
        path = newPath;
        name = newName;
    }
}
