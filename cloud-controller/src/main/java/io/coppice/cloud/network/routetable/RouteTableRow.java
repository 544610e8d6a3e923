package io.coppice.cloud.network.routetable;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A route table in the database. Its routes are {@link RouteRow}s; subnets name the table that they were given. */
@Entity
@Table(name = "route_tables")
class RouteTableRow {
    @Id
    @Column(name = "id")
    String id;

    @Column(name = "account_id", updatable = false)
    String accountId;

    @Column(name = "vpc_id", updatable = false)
    String vpcId;

    @Column(name = "main_association_id")
    @Nullable
    String mainAssociationId;

    @Column(name = "created_at", updatable = false)
    Instant createdAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected RouteTableRow() {}

    RouteTableRow(String id, String accountId, String vpcId, @Nullable String mainAssociationId, Instant createdAt) {
        this.id = id;
        this.accountId = accountId;
        this.vpcId = vpcId;
        this.mainAssociationId = mainAssociationId;
        this.createdAt = createdAt;
    }
}
