package io.coppice.cloud.network.group;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Limits of security groups, which are AWS's own. */
@ConfigMapping(prefix = "coppice.security-groups")
public interface GroupConfig {
    /** Security groups of an account, the default ones included; at most 2,500. */
    @WithDefault("2500")
    int maxPerAccount();

    /** Rules of a group in one direction, those for IPv4 and those for IPv6 apart. */
    @WithDefault("60")
    int maxRules();

    /** Groups that a network interface may be in; 1 to 16. */
    @WithDefault("5")
    int maxPerInterface();
}
