package io.coppice.cloud.front;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Limits of the users' door. */
@ConfigMapping(prefix = "coppice.front")
public interface FrontConfig {
    /** Bytes that the body of a Query request may have; more is refused. S3 bodies pass through without a limit here. */
    @WithDefault("1048576")
    int maxQueryBodyBytes();

    /** Parameters that a Query request may have. */
    @WithDefault("10000")
    int maxParameters();

    /** Query requests carried out at the same time; more are answered {@code RequestLimitExceeded}. */
    @WithDefault("256")
    int maxConcurrentRequests();

    /** Connections to Walrus, that is S3 requests passed on at the same time. */
    @WithDefault("256")
    int s3Connections();

    /** S3 requests that may wait for a connection; more are answered {@code SlowDown}. */
    @WithDefault("1024")
    int s3Waiting();

    /** How long nothing may move on a connection to Walrus before it is cut. */
    @WithDefault("PT2M")
    Duration s3IdleTimeout();

    /** Refused EC2, IAM and STS requests that are logged in a minute; more are only counted. */
    @WithDefault("600")
    int loggedRefusalsPerMinute();
}
