package io.coppice.cloud.place;

import io.coppice.foundation.role.SiteConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.Map;

/** The site configuration with its defaults, as a test fixture. */
public final class TestSite {
    private TestSite() {}

    /** Region us-east-1, zone us-east-1a. */
    public static SiteConfig config() {
        return config("FLAT");
    }

    /** The same in the mode VPC. */
    public static SiteConfig vpc() {
        return config("VPC");
    }

    /** The zones us-east-1a, which is the cloud's own, and us-east-1b. */
    public static Zones twoZones() {
        return new Zones(vpc(), Map.of("us-east-1b", "10.0.0.2:8775"), Map.of("us-east-1b", "10.0.0.2:8776"));
    }

    private static SiteConfig config(String networkMode) {
        return new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(SiteConfig.class)
                .withDefaultValue("coppice.data-dir", "/nowhere")
                .withDefaultValue("coppice.network.mode", networkMode)
                .build()
                .getConfigMapping(SiteConfig.class);
    }
}
