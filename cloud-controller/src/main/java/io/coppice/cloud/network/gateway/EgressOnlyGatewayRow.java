package io.coppice.cloud.network.gateway;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** An egress-only internet gateway in the database; never changed. */
@Entity
@Table(name = "egress_only_internet_gateways")
class EgressOnlyGatewayRow {
    @Id
    @Column(name = "id")
    String id;

    @Column(name = "account_id", updatable = false)
    String accountId;

    @Column(name = "vpc_id", updatable = false)
    String vpcId;

    @Column(name = "created_at", updatable = false)
    Instant createdAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected EgressOnlyGatewayRow() {}

    EgressOnlyGatewayRow(String id, String accountId, String vpcId, Instant createdAt) {
        this.id = id;
        this.accountId = accountId;
        this.vpcId = vpcId;
        this.createdAt = createdAt;
    }
}
