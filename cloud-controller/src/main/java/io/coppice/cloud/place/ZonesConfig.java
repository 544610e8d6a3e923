package io.coppice.cloud.place;

import io.smallrye.config.ConfigMapping;
import java.util.Map;

/**
 * The zones of this cloud besides its own, {@code coppice.zone}; none when nothing is said. The last part of a key is the name
 * of a zone. A zone has both keys. Needs {@code coppice.network.mode=VPC}.
 */
@ConfigMapping(prefix = "coppice.zones")
public interface ZonesConfig {
    /** host:port where the Cluster Controller of that zone listens, as this process and the zone's hosts reach it. */
    Map<String, String> cluster();

    /** host:port where the EBS controller of that zone listens. */
    Map<String, String> ebs();
}
