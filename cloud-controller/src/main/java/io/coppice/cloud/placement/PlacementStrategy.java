package io.coppice.cloud.placement;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How the instances of a placement group stand to each other. Source: EC2 user guide, "Placement strategies". */
public enum PlacementStrategy {
    /** Close together: on hosts that have some of the group already, as far as they have room, else elsewhere in the zone. */
    CLUSTER,
    /** No two on one host. */
    SPREAD,
    /** No two of different partitions on one host. */
    PARTITION;

    /** As the API spells it. */
    public String awsName() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Optional<PlacementStrategy> ofAwsName(String name) {
        return Arrays.stream(values())
                .filter(each -> each.awsName().equals(name))
                .findFirst();
    }
}
