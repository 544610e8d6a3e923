package io.coppice.cloud.placement;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Limits of placement groups. */
@ConfigMapping(prefix = "coppice.placement-groups")
public interface PlacementGroupConfig {
    /** Placement groups that an account may have. */
    @WithDefault("500")
    int maxPerAccount();
}
