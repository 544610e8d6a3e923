package io.coppice.cloud.place;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** What DescribeAccountAttributes tells accounts about their limits. */
@ConfigMapping(prefix = "coppice.account")
public interface PlaceConfig {
    /** How many instances an account may have: what launches are held to. */
    @WithDefault("${coppice.compute.instance-limit:1000}")
    int maxInstances();

    /** How many elastic IP addresses an account may have. There are none to be had yet. */
    @WithDefault("0")
    int maxElasticIps();

    /** How many security groups a network interface may have. */
    @WithDefault("5")
    int maxSecurityGroupsPerInterface();
}
