package io.coppice.cloud.compute;

import io.coppice.foundation.role.SiteConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Chooses how instances are connected, by {@code coppice.network.mode}. Thread-safe. */
@ApplicationScoped
class ZoneNetworks {
    private final LaunchNetwork network;

    ZoneNetworks(SiteConfig site, ComputeConfig config, NetworkNames names, VpcNetwork vpcs) {
        network = switch (site.network().mode()) {
            case VPC, MANAGED, MANAGED_NOVLAN -> vpcs;
            case FLAT -> new FlatNetwork(names, new AddressPool(config.networkCidr()), site.zone());
            case SYSTEM -> new FlatNetwork(names, new LanAddresses(), site.zone());
            case STATIC -> new FlatNetwork(names, pairs(site, config), site.zone());
        };
    }

    private static GuestAddresses pairs(SiteConfig site, ComputeConfig config) {
        return new AddressPairs(config.networkCidr(), site.network().pairs().orElse(List.of()));
    }

    /** The network of this cloud. */
    LaunchNetwork network() {
        return network;
    }
}
