package io.coppice.cloud.compute;

import io.coppice.cloud.placement.PlacementGroups.Group;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;

/**
 * The placement group that an instance is in.
 *
 * @param strategy as the API spells it: {@code spread}, {@code cluster} or {@code partition}
 * @param partition 1 to 7 in a group of partitions, else 0
 */
@Embeddable
record PlacementGroupUse(
        @Column(name = "placement_group_id") String id,
        @Column(name = "placement_group_name") String name,
        @Column(name = "placement_strategy") String strategy,
        @Column(name = "placement_partition") Integer partition) {
    static PlacementGroupUse of(Group group) {
        return new PlacementGroupUse(group.id(), group.name(), group.strategy().awsName(), 0);
    }

    PlacementGroupUse inPartition(int number) {
        return new PlacementGroupUse(id, name, strategy, number);
    }
}
