package io.coppice.cloud.network.networkinterface;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Limits of network interfaces, which are AWS's own. */
@ConfigMapping(prefix = "coppice.network-interfaces")
public interface InterfaceConfig {
    /** Network interfaces that an account may make besides those that come with its instances. */
    @WithDefault("5000")
    int maxPerAccount();

    /** Private IPv4 addresses of an interface that no instance has; 1 to 50. */
    @WithDefault("50")
    int maxAddresses();
}
