package io.coppice.node.network.vpc;

import io.coppice.foundation.role.NetworkMode;
import io.coppice.node.agent.NodeConfig;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The wire that guests' frames take to other hosts, as the site has it.
 *
 * @param kind how frames of different subnets are told apart on it
 * @param device the host's device that leads to it; absent where there are no other hosts, or with tunnels
 * @param database where Open vSwitch's database listens, as ovs-vsctl(8) takes it; looked at with VLANs only
 * @param datapath Open vSwitch's kind of datapath: {@code system} (the kernel's) or {@code netdev} (without the kernel)
 */
public record Trunk(Kind kind, Optional<String> device, String database, String datapath) {
    /** No wire of the site's: frames travel in VXLAN between the hosts' addresses. */
    static final Trunk TUNNELS = new Trunk(Kind.TUNNELS, Optional.empty(), "", "");

    private static final Pattern DATABASE = Pattern.compile("(unix:/[\\w./-]+|(tcp|ssl):[\\w.:\\[\\]-]+)");
    private static final List<String> DATAPATHS = List.of("system", "netdev");
    private static final int MAXIMUM_DEVICE_LENGTH = 15;

    /** How frames of different subnets are told apart between hosts. */
    public enum Kind {
        /** By the number of a tunnel. */
        TUNNELS,
        /** By the tag of a VLAN (IEEE 802.1Q), which is the subnet's number. */
        VLANS,
        /** Not at all: by the hardware addresses of their receivers only. */
        LAN
    }

    public Trunk {
        device.ifPresent(name -> VpcSettings.checkDevice(name, MAXIMUM_DEVICE_LENGTH));
        if (kind == Kind.VLANS && !DATABASE.matcher(database).matches()) {
            throw new IllegalArgumentException(
                    "coppice.node.network.ovs-database: \"%s\" is neither unix:/PATH nor tcp:HOST:PORT nor ssl:HOST:PORT"
                            .formatted(database));
        }
        if (kind == Kind.VLANS && !DATAPATHS.contains(datapath)) {
            throw new IllegalArgumentException(
                    "coppice.node.network.ovs-datapath: \"%s\" is neither system nor netdev".formatted(datapath));
        }
    }

    /** What the configuration says; throws {@link IllegalArgumentException} that names the wrong key. */
    static Trunk of(NodeConfig.Network config) {
        return switch (NetworkMode.named(config.mode())) {
            case MANAGED -> of(Kind.VLANS, config);
            case MANAGED_NOVLAN -> of(Kind.LAN, config);
            case VPC, FLAT, STATIC, SYSTEM -> TUNNELS;
        };
    }

    private static Trunk of(Kind kind, NodeConfig.Network config) {
        return new Trunk(kind, config.trunk(), config.ovsDatabase(), config.ovsDatapath());
    }

    /** Whether frames travel on a wire of the site's, where its switches and machines see them. */
    boolean isWire() {
        return kind != Kind.TUNNELS;
    }
}
