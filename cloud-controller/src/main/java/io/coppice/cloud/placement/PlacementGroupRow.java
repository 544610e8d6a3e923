package io.coppice.cloud.placement;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;

/** A placement group in the database; never changed. */
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

    /** One of {@link PlacementStrategy}, as the API spells it. */
    @Column(name = "strategy", updatable = false)
    String strategy;

    /** 0 unless the strategy is that of partitions. */
    @Column(name = "partition_count", updatable = false)
    int partitionCount;

    @Column(name = "created_at", updatable = false)
    Instant createdAt;

    /** For Hibernate only. */
    @SuppressWarnings("NullAway.Init")
    protected PlacementGroupRow() {}

    PlacementGroupRow(PlacementGroups.Group group, String accountId, Instant createdAt) {
        this.id = group.id();
        this.accountId = accountId;
        this.name = group.name();
        this.strategy = group.strategy().awsName();
        this.partitionCount = group.partitions();
        this.createdAt = createdAt;
    }

    PlacementStrategy strategy() {
        return PlacementStrategy.ofAwsName(strategy)
                .orElseThrow(() -> new IllegalStateException("no placement strategy " + strategy));
    }
}
