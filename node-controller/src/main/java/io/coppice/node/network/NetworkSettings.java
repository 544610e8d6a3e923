package io.coppice.node.network;

import io.coppice.node.agent.NodeConfig;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A host's part of the one network that guests of a zone share, checked.
 *
 * @param range that guests' addresses come from
 * @param bridge device that guests are plugged into; also names the nftables tables
 * @param uplink device that joins the bridge to other hosts'; absent where this host is the gateway
 * @param hostAddress this host's own address in the range
 * @param gateway where guests send what leaves the network
 * @param metadataPort TCP port of the metadata service on the host's address
 * @param ofSite whether guests live in a network of the site's, which this host was in before
 */
record NetworkSettings(
        Ipv4Range range,
        String bridge,
        Optional<String> uplink,
        String hostAddress,
        String gateway,
        int metadataPort,
        boolean ofSite) {
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
        if (!range.contains(gateway)) {
            throw new IllegalArgumentException(
                    "coppice.node.network.gateway %s is not in %s".formatted(gateway, range));
        }
        if (metadataPort < 1 || metadataPort > 65_535) {
            throw new IllegalArgumentException("coppice.node.network.metadata-port must be 1 to 65535");
        }
    }

    /** Reads the configuration; throws {@link IllegalArgumentException} that names the wrong key. */
    static NetworkSettings of(NodeConfig.Network config) {
        return of(config, false);
    }

    private static NetworkSettings of(NodeConfig.Network config, boolean ofSite) {
        var range = Ipv4Range.parse(config.cidr());
        if (config.uplink().isPresent() && config.hostAddress().isEmpty()) {
            throw new IllegalArgumentException(
                    "coppice.node.network.uplink needs coppice.node.network.host-address: this host's address in "
                            + range);
        }
        if (config.gateway().isPresent() && config.uplink().isEmpty()) {
            throw new IllegalArgumentException(
                    "coppice.node.network.gateway needs coppice.node.network.uplink: without it this host is the gateway");
        }
        return new NetworkSettings(
                range,
                config.bridge(),
                config.uplink(),
                config.hostAddress().orElse(range.firstHost()),
                config.gateway().orElse(range.firstHost()),
                config.metadataPort(),
                ofSite);
    }

    /**
     * As {@link #of} for a host whose guests live in a network of the site's.
     *
     * @param mode as the configuration names it, for messages
     */
    static NetworkSettings onSite(NodeConfig.Network config, String mode) {
        if (config.uplink().isEmpty()) {
            throw new IllegalArgumentException(
                    "coppice.node.network.mode %s needs coppice.node.network.uplink: the device that leads to the site's network"
                            .formatted(mode));
        }
        return of(config, true);
    }

    private static void checkDevice(String name, int maximumLength) {
        if (name.length() > maximumLength || !DEVICE.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "\"%s\" cannot name a network device here: letters, digits, '_', '.' and '-', at most %d"
                            .formatted(name, maximumLength));
        }
    }
}
