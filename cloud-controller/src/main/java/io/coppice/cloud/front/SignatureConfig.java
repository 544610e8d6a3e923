package io.coppice.cloud.front;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Which signatures are accepted, and how many requests a key may make. */
@ConfigMapping(prefix = "coppice.signatures")
public interface SignatureConfig {
    /** Accept Signature Version 2 on Query requests, as euca2ools, boto 2 and other old tools send it. */
    @WithDefault("true")
    boolean version2();

    /** Accept Signature Version 1 on Query requests. Two requests can share such a signature: use it on trusted networks only. */
    @WithDefault("false")
    boolean version1();

    /** Requests a second that one access key may make for long; more are answered {@code RequestLimitExceeded}. */
    @WithDefault("5000")
    int requestsPerSecond();

    /** Requests that one access key may make at once after a pause. */
    @WithDefault("10000")
    int burst();
}
