package io.coppice.cloud.network;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Limits of networks per account, which are AWS's own, and the pool of IPv6 ranges. */
@ConfigMapping(prefix = "coppice.vpc")
public interface NetworkConfig {
    /** VPCs of an account. */
    @WithDefault("5")
    int maxPerAccount();

    /** IPv4 ranges of a VPC, the primary one included; 1 to 5. */
    @WithDefault("5")
    int maxCidrBlocks();

    /** Subnets of a VPC; 1 to 200. */
    @WithDefault("200")
    int maxSubnets();

    /** Route tables of a VPC, the main one included; 1 to 200. */
    @WithDefault("200")
    int maxRouteTables();

    /** Routes of a table, of IPv4 and of IPv6 each, local ones apart. */
    @WithDefault("500")
    int maxRoutes();

    /** Internet gateways of an account. */
    @WithDefault("5")
    int maxInternetGateways();

    /** Egress-only internet gateways of an account. */
    @WithDefault("5")
    int maxEgressOnlyInternetGateways();

    /** NAT gateways of an account in one zone. */
    @WithDefault("5")
    int maxNatGateways();

    /** A NAT gateway that no host has taken after this time has failed. */
    @WithDefault("10m")
    Duration natGatewayTimeout();

    /** Sets of DHCP options of an account. */
    @WithDefault("100")
    int maxDhcpOptions();

    /** Network ACLs of a VPC, the default one included; 1 to 200. */
    @WithDefault("200")
    int maxNetworkAcls();

    /** Rules of a network ACL in one direction. */
    @WithDefault("20")
    int maxNetworkAclEntries();

    /** Peering connections of a VPC that are active. */
    @WithDefault("50")
    int maxPeerings();

    /** Peering connections that a VPC has asked for and nobody has answered. */
    @WithDefault("25")
    int maxPeeringRequests();

    /** A request for a peering connection that nobody has answered after this time is void. */
    @WithDefault("7d")
    Duration peeringRequestLifetime();

    /** The range that VPCs get their IPv6 ranges of 56 bits from. */
    @WithDefault("fdc0:bb1c::/32")
    String ipv6Pool();

    /** How long it is remembered that a VPC was deleted, for hosts that could not be told. */
    @WithDefault("7d")
    Duration deletedKept();
}
