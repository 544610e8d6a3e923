package io.coppice.cloud.compute;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;

/**
 * The primary network interface and the network it lies in: all there is in a flat network, and in a VPC what it was when the
 * instance was launched, where the interface's own row says what it is now.
 *
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

    /** The host part of the private DNS name by address, for example {@code ip-172-31-0-17}. */
    String hostName() {
        return "ip-" + privateIp.replace('.', '-');
    }
}
