package io.coppice.cloud.network.acl;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** A network ACL in the database; never changed. Its entries are {@link AclEntryRow}s; subnets name their ACL. */
@Entity
@Table(name = "network_acls")
class NetworkAclRow {
    @Id
    @Column(name = "id")
    String id;

    @Column(name = "account_id", updatable = false)
    String accountId;

    @Column(name = "vpc_id", updatable = false)
    String vpcId;

    @Column(name = "is_default", updatable = false)
    boolean isDefault;

    @Column(name = "created_at", updatable = false)
    Instant createdAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected NetworkAclRow() {}

    NetworkAclRow(String id, String accountId, String vpcId, boolean isDefault, Instant createdAt) {
        this.id = id;
        this.accountId = accountId;
        this.vpcId = vpcId;
        this.isDefault = isDefault;
        this.createdAt = createdAt;
    }
}
