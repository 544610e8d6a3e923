package io.coppice.cloud.compute;

import io.coppice.cloud.placement.PlacementGroups.Group;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;

/** The placement group that an instance is in: its hosts differ from those of the others. */
@Embeddable
record PlacementGroupUse(
        @Column(name = "placement_group_id") String id,
        @Column(name = "placement_group_name") String name) {
    static PlacementGroupUse of(Group group) {
        return new PlacementGroupUse(group.id(), group.name());
    }
}
