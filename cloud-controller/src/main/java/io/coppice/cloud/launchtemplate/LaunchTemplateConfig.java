package io.coppice.cloud.launchtemplate;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Limits of launch templates. */
@ConfigMapping(prefix = "coppice.launch-templates")
public interface LaunchTemplateConfig {
    /** Launch templates that an account may have. */
    @WithDefault("5000")
    int maxPerAccount();

    /** Versions that a launch template may have. */
    @WithDefault("10000")
    int maxVersions();
}
