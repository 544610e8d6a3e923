package io.coppice.cloud.network.vpc;

import io.coppice.cloud.network.IpRange;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** A range of a VPC in the database; never changed. The first of IPv4 is the primary one. */
@Entity
@Table(name = "vpc_cidr_blocks")
class VpcCidrRow {
    @Id
    @Column(name = "association_id")
    String associationId;

    @Column(name = "vpc_id", updatable = false)
    String vpcId;

    @Column(name = "cidr_block", updatable = false)
    String cidrBlock;

    @Column(name = "ipv6", updatable = false)
    boolean ipv6;

    @Column(name = "place", insertable = false, updatable = false)
    Long place;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected VpcCidrRow() {}

    @SuppressWarnings("NullAway.Init")
    VpcCidrRow(String associationId, String vpcId, IpRange range) {
        this.associationId = associationId;
        this.vpcId = vpcId;
        this.cidrBlock = range.toString();
        this.ipv6 = range.ipv6();
    }
}
