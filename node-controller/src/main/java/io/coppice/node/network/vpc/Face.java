package io.coppice.node.network.vpc;

import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.network.v1.EndpointLocation;
import java.util.List;

/**
 * What everybody in a VPC must know of one interface, wherever it is.
 *
 * @param addresses private IPv4 addresses, the primary one first
 * @param ipv6 every IPv6 address, the link-local one first; none without others
 * @param names what leads to it in names of the VPC
 * @param host where its frames are sent, empty when it is on this host
 */
record Face(
        String interfaceId,
        String subnetId,
        String mac,
        List<String> addresses,
        List<String> ipv6,
        List<String> groups,
        Names names,
        String host) {
    /**
     * Names of an interface; each empty for none.
     *
     * @param dnsName of its primary IPv4 address, and what that is called
     * @param resourceA another one of that address
     * @param resourceAaaa of its first assigned IPv6 address, and what that is called
     */
    record Names(String dnsName, String resourceA, String resourceAaaa) {}

    static Face of(EndpointLocation location) {
        return new Face(
                location.getNetworkInterfaceId(),
                location.getSubnetId(),
                location.getMac(),
                List.copyOf(location.getPrivateIpv4List()),
                VpcMessages.ipv6(location.getMac(), location.getIpv6List()),
                List.copyOf(location.getSecurityGroupIdsList()),
                new Names(location.getPrivateDnsName(), location.getResourceNameA(), location.getResourceNameAaaa()),
                location.getNodeAddress());
    }

    static Face of(NetworkEndpoint endpoint) {
        return new Face(
                endpoint.getNetworkInterfaceId(),
                endpoint.getSubnetId(),
                endpoint.getMac(),
                VpcMessages.addresses(endpoint),
                VpcMessages.ipv6(endpoint.getMac(), endpoint.getIpv6List()),
                List.copyOf(endpoint.getSecurityGroupIdsList()),
                new Names(endpoint.getPrivateDnsName(), endpoint.getResourceNameA(), endpoint.getResourceNameAaaa()),
                "");
    }

    List<String> addresses(Family family) {
        return family == Family.IPV4 ? addresses : ipv6;
    }

    boolean isHere() {
        return host.isEmpty();
    }
}
