package io.coppice.cloud.place;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** What DescribeAccountAttributes tells accounts about their limits. */
@ConfigMapping(prefix = "coppice.account")
public interface PlaceConfig {
    /** How many instances an account may have: what launches are held to. */
    @WithDefault("${coppice.compute.instance-limit:1000}")
    int maxInstances();

    /** How many elastic IP addresses an account may have; none in a flat network, whatever this says. */
    @WithDefault("${coppice.network.public.max-elastic-per-account:5}")
    int maxElasticIps();

    /** How many security groups a network interface may have. */
    @WithDefault("${coppice.security-groups.max-per-interface:5}")
    int maxSecurityGroupsPerInterface();
}
