package io.coppice.cloud.transfer;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Limits and times of imports and exports of disks. */
@ConfigMapping(prefix = "coppice.transfers")
public interface TransferConfig {
    /** How many imports and exports of an account may be under way. */
    @WithDefault("20")
    int maxPerAccount();

    /** How long one may take before it is given up; 36 hours at most. */
    @WithDefault("PT24H")
    Duration life();

    /** For how long one that is over is shown. */
    @WithDefault("P7D")
    Duration shown();

    /** How often those under way are looked at when nothing happens. */
    @WithDefault("PT5S")
    Duration interval();
}
