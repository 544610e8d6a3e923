/**
 * Virtual private clouds on one Linux host: per VPC a network namespace with bridges, VXLAN segments, packet rules, DHCP, names
 * and the way to the public network. What should be is rendered as a whole and compared with what is; only the difference is
 * carried out. Begin with {@code HostVpcs}, then {@code LinuxVpcEngine} and {@code VpcOnHost}.
 */
@NullMarked
package io.coppice.node.network.vpc;

import org.jspecify.annotations.NullMarked;
