package io.coppice.node.network.ovn;

import io.coppice.node.agent.NodeConfig;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where OVN is found, checked.
 *
 * @param northbound the site's northbound database
 * @param ovs the database of this host's Open vSwitch
 * @param publicNetwork what the site calls the public network in its hosts' bridge mappings; absent where guests stay among themselves
 */
public record OvnSettings(OvsdbAddress northbound, OvsdbAddress ovs, Optional<String> publicNetwork) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

    public OvnSettings {
        if (publicNetwork.isPresent() && !NAME.matcher(publicNetwork.get()).matches()) {
            throw new IllegalArgumentException(
                    "coppice.node.network.ovn-public-network: \"%s\" cannot name a network: letters, digits, '_', '.' and '-'"
                            .formatted(publicNetwork.get()));
        }
    }

    /** Reads the configuration; throws {@link IllegalArgumentException} that names the wrong key. */
    public static OvnSettings of(NodeConfig.Network config) {
        return of(config.ovnNorthbound(), config.ovsDatabase(), config.ovnPublicNetwork());
    }

    /** As the other one, by the addresses. */
    public static OvnSettings of(String northbound, String ovs, Optional<String> publicNetwork) {
        return new OvnSettings(
                OvsdbAddress.parse("coppice.node.network.ovn-northbound", northbound),
                OvsdbAddress.parse("coppice.node.network.ovs-database", ovs),
                publicNetwork);
    }
}
