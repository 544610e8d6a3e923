package io.coppice.node.network.vpc;

import io.coppice.node.agent.NodeConfig;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A host's part of all VPCs, checked.
 *
 * @param nodeId this host's name in messages
 * @param hostNamespace the network namespace that stands for the host; absent for the process's own
 * @param bridge device of the public network; also begins the names of namespaces and names the host's nftables table
 * @param uplink device that joins the bridge to the public network; absent where this host is its gateway
 * @param publicAccess how the public network is reached
 * @param publicRange addresses of the public network
 * @param publicGateway where packets to the outside go
 * @param underlayAddress this host's address on the network between the hosts
 * @param vxlanPort UDP port of VXLAN, the same on all hosts
 * @param linkRange addresses that stand for interfaces between the namespaces of this host and its metadata service
 * @param metadataPort TCP port of the metadata service
 * @param trunk the wire between the hosts
 * @param resolvers file that names the host's own resolvers, as resolv.conf(5) says
 */
public record VpcSettings(
        String nodeId,
        Optional<String> hostNamespace,
        String bridge,
        Optional<String> uplink,
        PublicAccess publicAccess,
        Cidr publicRange,
        String publicGateway,
        Optional<String> uplinkIpv6Gateway,
        String underlayAddress,
        int vxlanPort,
        Cidr linkRange,
        int metadataPort,
        Trunk trunk,
        Path resolvers) {
    private static final Pattern DEVICE = Pattern.compile("[a-zA-Z][a-zA-Z0-9_.-]*");
    private static final int MAXIMUM_BRIDGE_LENGTH = 12;
    private static final int MAXIMUM_DEVICE_LENGTH = 15;
    private static final int MAXIMUM_PORT = 65_535;

    public VpcSettings {
        checkDevice(bridge, MAXIMUM_BRIDGE_LENGTH);
        uplink.ifPresent(device -> checkDevice(device, MAXIMUM_DEVICE_LENGTH));
        if (!publicRange.contains(publicGateway)) {
            throw new IllegalArgumentException(
                    "coppice.node.network.public-gateway %s is not in %s".formatted(publicGateway, publicRange));
        }
        uplinkIpv6Gateway = uplinkIpv6Gateway.map(Ipv6::canonical);
        Cidr.number(underlayAddress);
        checkPort(vxlanPort, "coppice.node.network.vxlan-port");
        checkPort(metadataPort, "coppice.node.network.metadata-port");
    }

    /** Reads the configuration; throws {@link IllegalArgumentException} that names the wrong key. */
    public static VpcSettings of(NodeConfig.Network config, String nodeId) {
        var range = Cidr.parse(config.publicCidr());
        return new VpcSettings(
                nodeId,
                Optional.empty(),
                config.bridge(),
                config.uplink(),
                PublicAccess.of(config.publicAccess(), config.uplink()),
                range,
                config.publicGateway().orElseGet(() -> range.address(1)),
                config.publicGatewayIpv6(),
                config.underlayAddress(),
                config.vxlanPort(),
                Cidr.parse(config.linkCidr()),
                config.metadataPort(),
                Trunk.of(config),
                Path.of("/etc/resolv.conf"));
    }

    /** The same for a host that is a network namespace. */
    public VpcSettings inNamespace(String name) {
        return new VpcSettings(
                nodeId,
                Optional.of(name),
                bridge,
                uplink,
                publicAccess,
                publicRange,
                publicGateway,
                uplinkIpv6Gateway,
                underlayAddress,
                vxlanPort,
                linkRange,
                metadataPort,
                trunk,
                resolvers);
    }

    /** Whether the outside is reached by this host's own routes. */
    boolean hostIsGateway() {
        return uplink.isEmpty() && publicAccess != PublicAccess.ELSEWHERE;
    }

    /** Where guests' packets of IPv6 to the outside go: this host itself without an uplink; empty where they do not leave. */
    Optional<String> publicIpv6Gateway() {
        return hostIsGateway() ? Optional.of(Ipv6.ROUTER) : uplinkIpv6Gateway;
    }

    /** Where the metadata service listens. */
    public String metadataAddress() {
        return linkRange.address(1);
    }

    /** The bridge that the wire between the hosts is plugged into, where there is one; at most 15 characters. */
    String trunkBridge() {
        return bridge + "-tr";
    }

    /** The device behind which other hosts are with which this one shares the public network; at most 15 characters. */
    String publicTunnel() {
        return bridge + "-pn";
    }

    /** Where it listens besides, for guests with IPv6. */
    String metadataAddressIpv6() {
        return Ipv6Metadata.number(metadataAddress());
    }

    /** Begins the names of the host's ends of veth pairs, and of no other devices. Six characters. */
    String pairPrefix() {
        return "c" + digest(bridge).substring(0, 5);
    }

    /** A name of at most 15 characters for the host's end of a veth pair. */
    String pairDevice(char kind, String owner) {
        return pairPrefix() + kind + digest(owner).substring(0, 8);
    }

    /** A locally administered MAC address, always the same for the same text. */
    public static String macOf(String text) {
        var hash = digest(text);
        return "0a:%s:%s:%s:%s:%s"
                .formatted(
                        hash.substring(0, 2),
                        hash.substring(2, 4),
                        hash.substring(4, 6),
                        hash.substring(6, 8),
                        hash.substring(8, 10));
    }

    /** Lower-case hexadecimal SHA-256. */
    public static String digest(String text) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static void checkPort(int port, String key) {
        if (port < 1 || port > MAXIMUM_PORT) {
            throw new IllegalArgumentException(key + " must be 1 to 65535");
        }
    }

    /** Throws {@link IllegalArgumentException} for what cannot name a device. */
    static void checkDevice(String name, int maximumLength) {
        if (name.length() > maximumLength || !DEVICE.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "\"%s\" cannot name a network device here: letters, digits, '_', '.' and '-', at most %d"
                            .formatted(name, maximumLength));
        }
    }
}
