package io.coppice.cloud.network.peering;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A peering connection in the database. Who asked is "account" and "vpc", who is asked the peer. */
@Entity
@Table(name = "vpc_peerings")
class PeeringRow {
    @Id
    @Column(name = "id")
    String id;

    @Column(name = "account_id", updatable = false)
    String accountId;

    @Column(name = "vpc_id", updatable = false)
    String vpcId;

    @Column(name = "peer_account_id", updatable = false)
    String peerAccountId;

    @Column(name = "peer_vpc_id", updatable = false)
    String peerVpcId;

    @Column(name = "status")
    String status;

    @Column(name = "status_message")
    String statusMessage;

    @Column(name = "vni")
    @Nullable
    Integer vni;

    @Column(name = "cidr_blocks")
    String cidrBlocks;

    @Column(name = "peer_cidr_blocks")
    String peerCidrBlocks;

    @Column(name = "created_at", updatable = false)
    Instant createdAt;

    @Column(name = "ended_at")
    @Nullable
    Instant endedAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected PeeringRow() {}

    PeeringRow(String id, Side requester, Side accepter, PeeringStatus status, Instant createdAt) {
        this.id = id;
        this.accountId = requester.accountId();
        this.vpcId = requester.vpcId();
        this.peerAccountId = accepter.accountId();
        this.peerVpcId = accepter.vpcId();
        this.cidrBlocks = requester.cidrBlocks();
        this.peerCidrBlocks = accepter.cidrBlocks();
        this.status = status.code();
        this.statusMessage = status.message();
        this.createdAt = createdAt;
    }

    PeeringStatus status() {
        return PeeringStatus.of(status);
    }

    void become(PeeringStatus next) {
        status = next.code();
        statusMessage = next.message();
    }

    /**
     * One of both VPCs.
     *
     * @param cidrBlocks separated by commas; empty when they are not known
     */
    record Side(String accountId, String vpcId, String cidrBlocks) {}
}
