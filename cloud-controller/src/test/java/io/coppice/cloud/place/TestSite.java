package io.coppice.cloud.place;

import io.coppice.foundation.role.SiteConfig;
import io.smallrye.config.SmallRyeConfigBuilder;

/** The site configuration with its defaults, as a test fixture. */
public final class TestSite {
    private TestSite() {}

    /** Region us-east-1, zone us-east-1a. */
    public static SiteConfig config() {
        return new SmallRyeConfigBuilder()
                .withMapping(SiteConfig.class)
                .withDefaultValue("coppice.data-dir", "/nowhere")
                .build()
                .getConfigMapping(SiteConfig.class);
    }
}
