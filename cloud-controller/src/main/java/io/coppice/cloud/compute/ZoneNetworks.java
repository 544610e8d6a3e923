package io.coppice.cloud.compute;

import io.coppice.foundation.role.NetworkMode;
import io.coppice.foundation.role.SiteConfig;
import jakarta.enterprise.context.ApplicationScoped;

/** Chooses how instances are connected, by {@code coppice.network.mode}. Thread-safe. */
@ApplicationScoped
class ZoneNetworks {
    private final LaunchNetwork network;

    ZoneNetworks(SiteConfig site, ComputeConfig config, NetworkNames names, VpcNetwork vpcs) {
        network = site.network().mode() == NetworkMode.VPC
                ? vpcs
                : new FlatNetwork(names, new AddressPool(config.networkCidr()), site.zone());
    }

    /** The network of this cloud. */
    LaunchNetwork network() {
        return network;
    }
}
