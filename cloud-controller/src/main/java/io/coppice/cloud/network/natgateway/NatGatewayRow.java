package io.coppice.cloud.network.natgateway;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A NAT gateway in the database. */
@Entity
@Table(name = "nat_gateways")
class NatGatewayRow {
    @Id
    @Column(name = "id")
    String id;

    @Column(name = "account_id", updatable = false)
    String accountId;

    @Column(name = "vpc_id", updatable = false)
    String vpcId;

    @Column(name = "subnet_id", updatable = false)
    String subnetId;

    @Column(name = "zone", updatable = false)
    String zone;

    @Column(name = "connectivity", updatable = false)
    String connectivity;

    @Column(name = "private_ip")
    @Nullable
    String privateIp;

    @Column(name = "network_interface_id")
    @Nullable
    String networkInterfaceId;

    @Column(name = "allocation_id")
    @Nullable
    String allocationId;

    @Column(name = "association_id")
    @Nullable
    String associationId;

    @Column(name = "public_ip")
    @Nullable
    String publicIp;

    @Column(name = "state")
    String state = NatGateways.PENDING;

    @Column(name = "failure_code")
    @Nullable
    String failureCode;

    @Column(name = "failure_message")
    @Nullable
    String failureMessage;

    @Column(name = "created_at", updatable = false)
    Instant createdAt;

    @Column(name = "deleted_at")
    @Nullable
    Instant deletedAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected NatGatewayRow() {}

    NatGatewayRow(String id, GatewayAddresses.Wanted wanted, boolean isPublic, Instant createdAt) {
        this.id = id;
        this.accountId = wanted.subnet().accountId();
        this.vpcId = wanted.subnet().vpcId();
        this.subnetId = wanted.subnet().id();
        this.zone = wanted.subnet().zone();
        this.connectivity = isPublic ? NatGateways.PUBLIC : NatGateways.PRIVATE;
        this.allocationId = wanted.allocationId();
        this.createdAt = createdAt;
    }

    /** Takes the addresses that it was given. */
    void hold(GatewayAddresses.Held held) {
        privateIp = held.privateIp();
        networkInterfaceId = held.networkInterfaceId();
        associationId = held.associationId();
        publicIp = held.publicIp();
    }
}
