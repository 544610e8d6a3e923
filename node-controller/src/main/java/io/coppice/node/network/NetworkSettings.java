package io.coppice.node.network;

import io.coppice.node.agent.NodeConfig;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A host's part of the flat network, checked.
 *
 * @param range that guests' addresses come from
 * @param bridge device that guests are plugged into; also names the nftables tables
 * @param uplink device that joins the bridge to other hosts'; absent where this host is the gateway
 * @param hostAddress this host's own address in the range
 * @param metadataPort TCP port of the metadata service on the host's address
 */
record NetworkSettings(Ipv4Range range, String bridge, Optional<String> uplink, String hostAddress, int metadataPort) {
    private static final Pattern DEVICE = Pattern.compile("[a-zA-Z][a-zA-Z0-9_.-]*");
    private static final int MAXIMUM_BRIDGE_LENGTH = 12;
    private static final int MAXIMUM_DEVICE_LENGTH = 15;

    NetworkSettings {
        checkDevice(bridge, MAXIMUM_BRIDGE_LENGTH);
        uplink.ifPresent(device -> checkDevice(device, MAXIMUM_DEVICE_LENGTH));
        if (!range.contains(hostAddress)) {
            throw new IllegalArgumentException(
                    "coppice.node.network.host-address %s is not in %s".formatted(hostAddress, range));
        }
        if (metadataPort < 1 || metadataPort > 65_535) {
            throw new IllegalArgumentException("coppice.node.network.metadata-port must be 1 to 65535");
        }
    }

    /** Reads the configuration; throws {@link IllegalArgumentException} that names the wrong key. */
    static NetworkSettings of(NodeConfig.Network config) {
        var range = Ipv4Range.parse(config.cidr());
        if (config.uplink().isPresent() && config.hostAddress().isEmpty()) {
            throw new IllegalArgumentException(
                    "coppice.node.network.uplink needs coppice.node.network.host-address: this host's address in "
                            + range);
        }
        return new NetworkSettings(
                range,
                config.bridge(),
                config.uplink(),
                config.hostAddress().orElse(range.firstHost()),
                config.metadataPort());
    }

    /** Where guests send what leaves the network. */
    String gateway() {
        return range.firstHost();
    }

    private static void checkDevice(String name, int maximumLength) {
        if (name.length() > maximumLength || !DEVICE.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "\"%s\" cannot name a network device here: letters, digits, '_', '.' and '-', at most %d"
                            .formatted(name, maximumLength));
        }
    }
}
