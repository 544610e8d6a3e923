package io.coppice.cloud.launchtemplate;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** A launch template in the database. Changed only under a lock. */
@Entity
@Table(name = "launch_templates")
class LaunchTemplateRow {
    @Id
    @Column(name = "id")
    String id;

    @Column(name = "account_id", updatable = false)
    String accountId;

    @Column(name = "name", updatable = false)
    String name;

    @Column(name = "created_at", updatable = false)
    Instant createdAt;

    @Column(name = "created_by", updatable = false)
    String createdBy;

    @Column(name = "default_version")
    long defaultVersion = 1;

    @Column(name = "latest_version")
    long latestVersion = 1;

    @Column(name = "last_number")
    long lastNumber = 1;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected LaunchTemplateRow() {}

    LaunchTemplateRow(String id, String accountId, String name, Instant createdAt, String createdBy) {
        this.id = id;
        this.accountId = accountId;
        this.name = name;
        this.createdAt = createdAt;
        this.createdBy = createdBy;
    }
}
