package io.coppice.cloud.compute;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How the Cloud Controller keeps instances. */
@ConfigMapping(prefix = "coppice.compute")
public interface ComputeConfig {
    /** The range that instances' addresses come from; the same as the hosts' coppice.node.network.cidr. */
    @WithDefault("${coppice.network.cidr:172.31.0.0/16}")
    String networkCidr();

    /** Instances that are not terminated, per account; 1 to 1,000,000. */
    @WithDefault("1000")
    int instanceLimit();

    /** How often a zone's reconciler looks without being signalled. */
    @WithDefault("5s")
    Duration reconcileInterval();

    /** After this long without a sign from the zone, an instance that is not as desired is applied again. */
    @WithDefault("15s")
    Duration applyAgainAfter();

    /** How many instances one Apply carries, 1 to 256. */
    @WithDefault("256")
    int applyBatch();

    /** How long the zone may look for a host before a launch is given up. */
    @WithDefault("5m")
    Duration unschedulableLimit();

    /** How long terminated instances stay visible. */
    @WithDefault("1h")
    Duration terminatedVisible();

    /** How long a host may be given to fetch an image by one URL. */
    @WithDefault("1h")
    Duration imageUrlValidity();

    /** How many zone events wait between the stream and the database, 16 to 100,000; the stream waits when it is full. */
    @WithDefault("4096")
    int watchBuffer();

    /** The longest pause between two tries to reach the zone. */
    @WithDefault("10s")
    Duration reconnectLimit();

    /**
     * How many bytes of instances as DescribeInstances writes them are kept until they change, about 3,500 for each; 0 to
     * 1,000,000,000.
     */
    @WithDefault("25165824")
    long describedBytes();
}
