package io.coppice.cloud.place;

import io.coppice.cloud.compute.NetworkNames;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;

/** Tells launches the names of the default network. Thread-safe. */
@ApplicationScoped
class DefaultNetworkNames implements NetworkNames {
    private final DefaultNetwork networks;

    DefaultNetworkNames(DefaultNetwork networks) {
        this.networks = networks;
    }

    @Override
    public DefaultNames of(AccountId account) {
        var network = networks.of(account);
        return new DefaultNames(
                network.vpcId(), network.subnetId(), network.securityGroupId(), DefaultNetwork.Ids.SECURITY_GROUP_NAME);
    }
}
