package io.coppice.cloud.placement;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** A placement group in the database; never changed. Its strategy is spread, the only one there is. */
@Entity
@Table(name = "placement_groups")
class PlacementGroupRow {
    @Id
    @Column(name = "id")
    String id;

    @Column(name = "account_id", updatable = false)
    String accountId;

    @Column(name = "name", updatable = false)
    String name;

    @Column(name = "created_at", updatable = false)
    Instant createdAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected PlacementGroupRow() {}

    PlacementGroupRow(String id, String accountId, String name, Instant createdAt) {
        this.id = id;
        this.accountId = accountId;
        this.name = name;
        this.createdAt = createdAt;
    }
}
