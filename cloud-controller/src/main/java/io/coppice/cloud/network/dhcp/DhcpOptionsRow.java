package io.coppice.cloud.network.dhcp;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A set of DHCP options in the database; never changed. Several values of an option are separated by commas. */
@Entity
@Table(name = "dhcp_options")
class DhcpOptionsRow {
    @Id
    @Column(name = "id")
    String id;

    @Column(name = "account_id", updatable = false)
    String accountId;

    @Column(name = "is_default", updatable = false)
    boolean isDefault;

    @Column(name = "domain_name", updatable = false)
    @Nullable
    String domainName;

    @Column(name = "domain_name_servers", updatable = false)
    @Nullable
    String domainNameServers;

    @Column(name = "ntp_servers", updatable = false)
    @Nullable
    String ntpServers;

    @Column(name = "created_at", updatable = false)
    Instant createdAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected DhcpOptionsRow() {}

    DhcpOptionsRow(String id, String accountId, boolean isDefault, Map<DhcpOption, String> options, Instant createdAt) {
        this.id = id;
        this.accountId = accountId;
        this.isDefault = isDefault;
        this.domainName = options.get(DhcpOption.DOMAIN_NAME);
        this.domainNameServers = options.get(DhcpOption.DOMAIN_NAME_SERVERS);
        this.ntpServers = options.get(DhcpOption.NTP_SERVERS);
        this.createdAt = createdAt;
    }

    /** The values of an option; null when it is not given. */
    @Nullable
    String value(DhcpOption option) {
        return switch (option) {
            case DOMAIN_NAME -> domainName;
            case DOMAIN_NAME_SERVERS -> domainNameServers;
            case NTP_SERVERS -> ntpServers;
        };
    }
}
