package io.coppice.cloud.placement;

import io.coppice.foundation.id.AccountId;
import org.jspecify.annotations.Nullable;

/** What a launch needs of placement groups. Thread-safe. */
@FunctionalInterface
public interface PlacementGroups {
    /**
     * The group that a launch names, by name or by id. Throws {@code InvalidPlacementGroup.Unknown}, or {@code
     * InvalidParameterCombination} when both are given.
     */
    Group require(AccountId account, @Nullable String name, @Nullable String id);

    /**
     * A group.
     *
     * @param id {@code pg-} and 17 hexadecimal digits
     * @param partitions 1 to 7 with the strategy of partitions, else 0
     */
    record Group(String id, String name, PlacementStrategy strategy, int partitions) {
        /** Whether its instances are divided among partitions. */
        public boolean hasPartitions() {
            return strategy == PlacementStrategy.PARTITION;
        }
    }
}
