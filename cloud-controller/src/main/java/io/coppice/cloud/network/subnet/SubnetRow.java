package io.coppice.cloud.network.subnet;

import io.coppice.cloud.network.IpRange;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A subnet in the database, with the route table and the network ACL that it was given. */
@Entity
@Table(name = "subnets")
public class SubnetRow {
    @Id
    @Column(name = "id")
    String id;

    @Column(name = "account_id", updatable = false)
    String accountId;

    @Column(name = "vpc_id", updatable = false)
    String vpcId;

    @Column(name = "zone", updatable = false)
    String zone;

    @Column(name = "cidr_block", updatable = false)
    String cidrBlock;

    @Column(name = "ipv6_association_id")
    @Nullable
    String ipv6AssociationId;

    @Column(name = "ipv6_cidr_block")
    @Nullable
    String ipv6CidrBlock;

    @Column(name = "vni", updatable = false)
    int vni;

    @Column(name = "default_for_zone", updatable = false)
    boolean defaultForZone;

    @Column(name = "map_public_ip")
    boolean mapPublicIp;

    @Column(name = "assign_ipv6")
    boolean assignIpv6;

    @Column(name = "dns64")
    boolean dns64;

    @Column(name = "hostname_type")
    String hostnameType = "ip-name";

    @Column(name = "a_record")
    boolean aRecord;

    @Column(name = "aaaa_record")
    boolean aaaaRecord;

    @Column(name = "route_table_id")
    @Nullable
    String routeTableId;

    @Column(name = "route_table_association_id")
    @Nullable
    String routeTableAssociationId;

    @Column(name = "network_acl_id")
    @Nullable
    String networkAclId;

    @Column(name = "network_acl_association_id")
    @Nullable
    String networkAclAssociationId;

    @Column(name = "created_at", updatable = false)
    Instant createdAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected SubnetRow() {}

    SubnetRow(String id, String accountId, Subnets.Wanted wanted, int vni, Instant createdAt) {
        this.id = id;
        this.accountId = accountId;
        this.vpcId = wanted.vpcId();
        this.zone = wanted.zone();
        this.cidrBlock = wanted.range().toString();
        this.vni = vni;
        this.defaultForZone = wanted.defaultForZone();
        this.mapPublicIp = wanted.defaultForZone();
        this.createdAt = createdAt;
    }

    /** {@code subnet-…}. */
    public String id() {
        return id;
    }

    /** Whose it is. */
    public String accountId() {
        return accountId;
    }

    /** Whether instances that do not say it are named by their id. */
    public boolean resourceNamed() {
        return hostnameType.equals("resource-name");
    }

    /** Whether those names have A records. */
    public boolean ipv4Record() {
        return aRecord;
    }

    /** Whether they have AAAA records. */
    public boolean ipv6Record() {
        return aaaaRecord;
    }

    /** The VPC it is in. */
    public String vpcId() {
        return vpcId;
    }

    /** The availability zone it is in. */
    public String zone() {
        return zone;
    }

    /** Its IPv4 range. */
    public IpRange range() {
        return IpRange.of(cidrBlock);
    }

    /** Its IPv6 range of 64 bits; null for none. */
    public @Nullable IpRange ipv6Range() {
        return ipv6CidrBlock == null ? null : IpRange.of(ipv6CidrBlock);
    }

    /** Whether it is the account's default one in its zone. */
    public boolean defaultForZone() {
        return defaultForZone;
    }

    /** Whether instances get a public address when their launch does not say. */
    public boolean mapPublicIp() {
        return mapPublicIp;
    }

    /** Whether new interfaces get an IPv6 address. */
    public boolean assignIpv6() {
        return assignIpv6;
    }

    /** The route table it was given; null: the VPC's main one decides. */
    public @Nullable String routeTableId() {
        return routeTableId;
    }

    /** The association with its route table; null when it was given none. */
    public @Nullable String routeTableAssociationId() {
        return routeTableAssociationId;
    }

    /** Gives it a route table, or with nulls the VPC's main one. */
    public void useRouteTable(@Nullable String tableId, @Nullable String associationId) {
        routeTableId = tableId;
        routeTableAssociationId = associationId;
    }

    /** The network ACL; null only while the subnet is being made. */
    public @Nullable String networkAclId() {
        return networkAclId;
    }

    /** The association with its network ACL. */
    public @Nullable String networkAclAssociationId() {
        return networkAclAssociationId;
    }

    /** Gives it a network ACL. */
    public void useNetworkAcl(String aclId, String associationId) {
        networkAclId = aclId;
        networkAclAssociationId = associationId;
    }
}
