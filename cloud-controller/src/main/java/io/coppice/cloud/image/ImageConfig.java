package io.coppice.cloud.image;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Limits and times of images. */
@ConfigMapping(prefix = "coppice.images")
public interface ImageConfig {
    /** How many images an account may have. */
    @WithDefault("10000")
    int maxPerAccount();

    /** How many images are pinned at a time. */
    @WithDefault("4")
    int pinsAtOnce();

    /** How long pinning one image may take. */
    @WithDefault("PT30M")
    Duration pinTime();

    /** How often images that wait for something are looked at when nothing happens. */
    @WithDefault("PT5S")
    Duration interval();
}
