package io.coppice.cloud.network.gateway;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An internet gateway in the database. */
@Entity
@Table(name = "internet_gateways")
class InternetGatewayRow {
    @Id
    @Column(name = "id")
    String id;

    @Column(name = "account_id", updatable = false)
    String accountId;

    @Column(name = "vpc_id")
    @Nullable
    String vpcId;

    @Column(name = "created_at", updatable = false)
    Instant createdAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected InternetGatewayRow() {}

    InternetGatewayRow(String id, String accountId, @Nullable String vpcId, Instant createdAt) {
        this.id = id;
        this.accountId = accountId;
        this.vpcId = vpcId;
        this.createdAt = createdAt;
    }
}
