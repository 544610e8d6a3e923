package io.coppice.cloud.compute;

import io.coppice.cloud.place.DefaultNetwork;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;

/** {@link NetworkNames} of the network that every account finds in the cloud. */
@ApplicationScoped
public class DefaultNetworkNames implements NetworkNames {
    private final DefaultNetwork network;

    /** For the container. */
    @jakarta.inject.Inject
    public DefaultNetworkNames(DefaultNetwork network) {
        this.network = network;
    }

    @Override
    public DefaultNames of(AccountId account) {
        var ids = network.of(account);
        return new DefaultNames(
                ids.vpcId(), ids.subnetId(), ids.securityGroupId(), DefaultNetwork.Ids.SECURITY_GROUP_NAME);
    }
}
