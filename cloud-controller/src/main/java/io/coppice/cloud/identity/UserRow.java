package io.coppice.cloud.identity;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.time.Instant;

/** A user as stored; the account comes with it. */
@Entity(name = "User")
@Table(name = "users")
public class UserRow {
    @Id
    private String id;

    @ManyToOne(fetch = FetchType.EAGER, optional = false)
    @JoinColumn(name = "account_id")
    private AccountRow account;

    private String name;
    private String path;

    @Column(name = "created_at")
    private Instant createdAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected UserRow() {}

    UserRow(String id, AccountRow account, String name, String path, Instant createdAt) {
        this.id = id;
        this.account = account;
        this.name = name;
        this.path = path;
        this.createdAt = createdAt;
    }

    String id() {
        return id;
    }

    AccountRow account() {
        return account;
    }

    String name() {
        return name;
    }

    String path() {
        return path;
    }

    Instant createdAt() {
        return createdAt;
    }

    String arn() {
        return "arn:aws:iam::" + account.id() + ":user" + path + name;
    }
}
