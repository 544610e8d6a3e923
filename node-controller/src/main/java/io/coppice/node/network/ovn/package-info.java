/**
 * Virtual private clouds on Open Virtual Network (OVN), for sites that run it: what a VPC should be is written into OVN's northbound
 * database as logical switches, routers, port groups and rules, and OVN makes packets follow it. Begin with {@code OvnEngine}, then
 * {@code OvnVpc}, {@code Northbound} and {@code LogicalNetwork}.
 */
@NullMarked
package io.coppice.node.network.ovn;

import org.jspecify.annotations.NullMarked;
