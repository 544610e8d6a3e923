package io.coppice.cloud.network.prefixlist;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** A managed prefix list in the database. Changed only under a lock. */
@Entity
@Table(name = "managed_prefix_lists")
class PrefixListRow {
    @Id
    @Column(name = "id")
    String id;

    @Column(name = "account_id", updatable = false)
    String accountId;

    @Column(name = "name")
    String name;

    @Column(name = "ipv6", updatable = false)
    boolean ipv6;

    @Column(name = "max_entries")
    int maxEntries;

    @Column(name = "version")
    long version = 1;

    @Column(name = "state")
    String state = "create-complete";

    @Column(name = "created_at", updatable = false)
    Instant createdAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected PrefixListRow() {}

    PrefixListRow(String id, String accountId, PrefixListActions.Shape shape, Instant createdAt) {
        this.id = id;
        this.accountId = accountId;
        this.name = shape.name();
        this.ipv6 = shape.ipv6();
        this.maxEntries = shape.maxEntries();
        this.createdAt = createdAt;
    }

    String family() {
        return ipv6 ? "IPv6" : "IPv4";
    }
}
