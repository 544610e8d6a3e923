package io.coppice.node.network;

import io.coppice.foundation.role.NetworkMode;
import io.coppice.node.agent.NodeConfig;
import java.util.Locale;

/** What makes the networks of a zone with VPCs. */
public enum VpcEngine {
    /** The kernel of each host: namespaces, bridges, VXLAN, nftables. */
    LINUX,
    /** A site's Open Virtual Network. */
    OVN;

    private static final String KEY = "coppice.node.network.engine";

    /** What the configuration says; throws {@link IllegalArgumentException} that names the wrong key. */
    public static VpcEngine of(NodeConfig.Network config) {
        var engine =
                switch (config.engine().toLowerCase(Locale.ROOT)) {
                    case "linux" -> LINUX;
                    case "ovn" -> OVN;
                    default ->
                        throw new IllegalArgumentException(
                                "%s: \"%s\" is neither linux nor ovn".formatted(KEY, config.engine()));
                };
        if (engine == OVN && NetworkMode.named(config.mode()) != NetworkMode.VPC) {
            throw new IllegalArgumentException(
                    "%s ovn needs coppice.node.network.mode vpc, not %s".formatted(KEY, config.mode()));
        }
        return engine;
    }
}
