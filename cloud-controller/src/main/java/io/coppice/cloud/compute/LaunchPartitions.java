package io.coppice.cloud.compute;

import io.coppice.cloud.store.PlainSql;
import jakarta.persistence.EntityManager;
import java.util.HashMap;
import java.util.Map;

/**
 * Divides launches among the partitions of their placement groups: whoever does not choose gets the partition with the
 * fewest instances. Belongs in the launches' transaction, in which launches of one account wait for each other. Not
 * thread-safe.
 */
final class LaunchPartitions {
    private final EntityManager entities;
    private final Map<String, int[]> used = new HashMap<>();

    LaunchPartitions(EntityManager entities) {
        this.entities = entities;
    }

    /** Puts a new instance into its partition; does nothing with one that has none. */
    void assign(Instance instance, LaunchCommand command) {
        var group = command.placementGroup();
        if (group == null || instance.placementGroup == null || !group.hasPartitions()) {
            return;
        }
        var counts = used.computeIfAbsent(group.id(), id -> counts(id, group.partitions()));
        var chosen = command.wishes().partition();
        var partition = chosen == 0 ? emptiest(counts) : chosen;
        counts[partition]++;
        instance.placementGroup = instance.placementGroup.inPartition(partition);
    }

    /** The instances of each partition, by its number; 0 is nobody's. */
    private int[] counts(String group, int partitions) {
        var counts = new int[partitions + 1];
        PlainSql.query(
                        entities,
                        "select placement_partition, count(*) from instances"
                                + " where placement_group_id = ? and state <> 'TERMINATED' group by 1",
                        row -> new int[] {row.getInt(1), row.getInt(2)},
                        group)
                .forEach(each -> counts[each[0]] = each[1]);
        return counts;
    }

    private static int emptiest(int[] counts) {
        var emptiest = 1;
        for (int partition = 2; partition < counts.length; partition++) {
            if (counts[partition] < counts[emptiest]) {
                emptiest = partition;
            }
        }
        return emptiest;
    }
}
