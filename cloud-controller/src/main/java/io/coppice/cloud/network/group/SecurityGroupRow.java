package io.coppice.cloud.network.group;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** A security group in the database; never changed. Its rules are {@link RuleRow}s. */
@Entity
@Table(name = "security_groups")
class SecurityGroupRow {
    @Id
    @Column(name = "id")
    String id;

    @Column(name = "account_id", updatable = false)
    String accountId;

    @Column(name = "vpc_id", updatable = false)
    String vpcId;

    @Column(name = "name", updatable = false)
    String name;

    @Column(name = "description", updatable = false)
    String description;

    @Column(name = "created_at", updatable = false)
    Instant createdAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected SecurityGroupRow() {}

    SecurityGroupRow(SecurityGroups.Group group, String description, Instant createdAt) {
        this.id = group.id();
        this.accountId = group.accountId();
        this.vpcId = group.vpcId();
        this.name = group.name();
        this.description = description;
        this.createdAt = createdAt;
    }

    boolean isDefault() {
        return name.equals(SecurityGroups.DEFAULT_NAME);
    }
}
