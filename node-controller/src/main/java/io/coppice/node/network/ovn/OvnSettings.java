package io.coppice.node.network.ovn;

import io.coppice.node.agent.NodeConfig;

/**
 * Where OVN is found, checked.
 *
 * @param northbound the site's northbound database
 * @param ovs the database of this host's Open vSwitch
 */
public record OvnSettings(OvsdbAddress northbound, OvsdbAddress ovs) {
    /** Reads the configuration; throws {@link IllegalArgumentException} that names the wrong key. */
    public static OvnSettings of(NodeConfig.Network config) {
        return of(config.ovnNorthbound(), config.ovsDatabase());
    }

    /** As the other one, by the addresses. */
    public static OvnSettings of(String northbound, String ovs) {
        return new OvnSettings(
                OvsdbAddress.parse("coppice.node.network.ovn-northbound", northbound),
                OvsdbAddress.parse("coppice.node.network.ovs-database", ovs));
    }
}
