package io.coppice.cloud.network.vpc;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A VPC in the database. Its ranges are {@link VpcCidrRow}s. */
@Entity
@Table(name = "vpcs")
public class VpcRow {
    @Id
    @Column(name = "id")
    String id;

    @Column(name = "account_id", updatable = false)
    String accountId;

    @Column(name = "is_default", updatable = false)
    boolean isDefault;

    @Column(name = "tenancy")
    String tenancy;

    @Column(name = "dhcp_options_id")
    @Nullable
    String dhcpOptionsId;

    @Column(name = "dns_support")
    boolean dnsSupport;

    @Column(name = "dns_hostnames")
    boolean dnsHostnames;

    @Column(name = "usage_metrics")
    boolean usageMetrics;

    @Column(name = "vni", updatable = false)
    int vni;

    @Column(name = "created_at", updatable = false)
    Instant createdAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected VpcRow() {}

    VpcRow(String id, String accountId, boolean isDefault, String tenancy, int vni, Instant createdAt) {
        this.id = id;
        this.accountId = accountId;
        this.isDefault = isDefault;
        this.tenancy = tenancy;
        this.dnsSupport = true;
        this.dnsHostnames = isDefault;
        this.vni = vni;
        this.createdAt = createdAt;
    }

    /** {@code vpc-…}. */
    public String id() {
        return id;
    }

    /** Whose it is. */
    public String accountId() {
        return accountId;
    }

    /** Whether it is the account's default VPC. */
    public boolean isDefault() {
        return isDefault;
    }

    /** Whether instances get public names and names by their private address. */
    public boolean dnsHostnames() {
        return dnsHostnames;
    }

    /** The options that its instances get by DHCP; null for none. */
    public @Nullable String dhcpOptionsId() {
        return dhcpOptionsId;
    }

    /** Gives the VPC another set of DHCP options; null for none. */
    public void useDhcpOptions(@Nullable String id) {
        dhcpOptionsId = id;
    }
}
