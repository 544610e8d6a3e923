package io.coppice.cloud.network.flowlog;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Flow logs. */
@ConfigMapping(prefix = "coppice.flow-logs")
public interface FlowLogConfig {
    /** Flow logs of one network interface, subnet or VPC, each. */
    @WithDefault("2")
    int maxPerResource();

    /** Time between two deliveries: each makes an object for every flow log of which there is something. */
    @WithDefault("60s")
    Duration interval();

    /** Objects of a flow log that wait while its bucket cannot be written; the oldest goes when there are more. */
    @WithDefault("100")
    int maxWaiting();
}
