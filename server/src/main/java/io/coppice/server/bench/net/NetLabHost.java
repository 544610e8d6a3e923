package io.coppice.server.bench.net;

import io.coppice.node.agent.NodeConfig;
import java.util.Optional;

/**
 * The network settings of a host of the bench: what a site would write for it.
 *
 * @param bridge of the public network
 * @param underlayAddress where the other host sends its tunnels
 */
record NetLabHost(String bridge, String underlayAddress) implements NodeConfig.Network {
    private static final int VXLAN_PORT = 4789;
    private static final int METADATA_PORT = 8780;

    @Override
    public String mode() {
        return "vpc";
    }

    @Override
    public String cidr() {
        return "172.31.0.0/16";
    }

    @Override
    public Optional<String> uplink() {
        return Optional.of("pub0");
    }

    @Override
    public Optional<String> gateway() {
        return Optional.empty();
    }

    @Override
    public Optional<String> hostAddress() {
        return Optional.empty();
    }

    @Override
    public String publicCidr() {
        return "198.18.0.0/16";
    }

    @Override
    public Optional<String> publicGateway() {
        return Optional.of("198.18.0.1");
    }

    @Override
    public Optional<String> publicGatewayIpv6() {
        return Optional.empty();
    }

    @Override
    public String publicAccess() {
        return "auto";
    }

    @Override
    public int vxlanPort() {
        return VXLAN_PORT;
    }

    @Override
    public Optional<String> trunk() {
        return Optional.empty();
    }

    @Override
    public String engine() {
        return "linux";
    }

    @Override
    public String ovnNorthbound() {
        return "";
    }

    @Override
    public Optional<String> ovnPublicNetwork() {
        return Optional.empty();
    }

    @Override
    public String ovsDatabase() {
        return "";
    }

    @Override
    public String ovsDatapath() {
        return "";
    }

    @Override
    public String linkCidr() {
        return "169.254.64.0/18";
    }

    @Override
    public int metadataPort() {
        return METADATA_PORT;
    }
}
