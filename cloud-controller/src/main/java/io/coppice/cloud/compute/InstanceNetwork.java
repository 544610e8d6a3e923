package io.coppice.cloud.compute;

import io.coppice.cloud.network.IpRange;
import io.coppice.proto.compute.v1.LearnedAddress;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The primary network interface and the network it lies in: all there is in a flat network, and in a VPC what it was when the
 * instance was launched, where the interface's own row says what it is now.
 *
 * @param privateIp dotted quad; empty as long as it is not known, where the site's own DHCP server gives it
 * @param mac lower case, colon separated
 */
@Embeddable
record InstanceNetwork(
        @Column(name = "vpc_id") String vpcId,
        @Column(name = "subnet_id") String subnetId,
        @Column(name = "security_group_ids") String securityGroupId,
        @Column(name = "security_group_names") String securityGroupName,
        @Column(name = "network_interface_id") String interfaceId,
        @Column(name = "private_ip") String privateIp,
        @Column(name = "mac") String mac) {

    /** As answers tell the address: null when it is not known. */
    @Nullable
    String knownIp() {
        return privateIp.isEmpty() ? null : privateIp;
    }

    /** With the address that a host has learned of this interface; a text that is no IPv4 address is not believed. */
    InstanceNetwork learned(List<LearnedAddress> addresses) {
        return addresses.stream()
                .filter(each ->
                        each.getMac().equals(mac) && !each.getPrivateIpv4().equals(privateIp))
                .filter(each -> IpRange.parse(each.getPrivateIpv4() + "/32")
                        .filter(range -> !range.ipv6())
                        .isPresent())
                .findFirst()
                .map(each -> withPrivateIp(each.getPrivateIpv4()))
                .orElse(this);
    }

    private InstanceNetwork withPrivateIp(String address) {
        return new InstanceNetwork(vpcId, subnetId, securityGroupId, securityGroupName, interfaceId, address, mac);
    }

    /** The host part of the private DNS name by address, for example {@code ip-172-31-0-17}. */
    String hostName() {
        return "ip-" + privateIp.replace('.', '-');
    }
}
