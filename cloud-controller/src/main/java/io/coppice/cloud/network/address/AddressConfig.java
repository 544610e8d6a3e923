package io.coppice.cloud.network.address;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** The pool of public addresses. */
@ConfigMapping(prefix = "coppice.network.public")
public interface AddressConfig {
    /**
     * The IPv4 range of public addresses, /27 or larger. Its first sixteen addresses and the last one are for gateways and
     * are never given out.
     */
    @WithDefault("198.18.0.0/16")
    String cidr();

    /** Elastic IP addresses of an account. */
    @WithDefault("5")
    int maxElasticPerAccount();
}
