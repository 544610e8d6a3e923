package io.coppice.cloud.network;

import io.coppice.wire.error.AwsException;
import java.security.SecureRandom;
import java.util.HexFormat;

/** The kinds of things that networks are made of: how their ids look and what AWS calls their errors. */
public enum NetworkKind {
    /** A virtual private cloud. */
    VPC("vpc-", "vpc", "InvalidVpcID", "vpc ID"),
    /** A subnet. */
    SUBNET("subnet-", "subnet", "InvalidSubnetID", "subnet ID"),
    /** A route table. */
    ROUTE_TABLE("rtb-", "route-table", "InvalidRouteTableID", "routeTable ID"),
    /** An internet gateway. */
    INTERNET_GATEWAY("igw-", "internet-gateway", "InvalidInternetGatewayID", "internetGateway ID"),
    /** A gateway that lets IPv6 flows out only. */
    EGRESS_ONLY_INTERNET_GATEWAY(
            "eigw-", "egress-only-internet-gateway", "InvalidGatewayID", "egressOnlyInternetGateway ID"),
    /** A NAT gateway. */
    NAT_GATEWAY("nat-", "natgateway", "InvalidNatGatewayID", "natGateway ID"),
    /** A network ACL. */
    NETWORK_ACL("acl-", "network-acl", "InvalidNetworkAclID", "networkAcl ID"),
    /** A set of DHCP options. */
    DHCP_OPTIONS("dopt-", "dhcp-options", "InvalidDhcpOptionID", "dhcpOption ID"),
    /** A peering connection of two VPCs. */
    VPC_PEERING("pcx-", "vpc-peering-connection", "InvalidVpcPeeringConnectionID", "vpcPeeringConnection ID"),
    /** A security group. */
    SECURITY_GROUP("sg-", "security-group", "InvalidGroup", "security group"),
    /** A rule of a security group. */
    SECURITY_GROUP_RULE("sgr-", "security-group-rule", "InvalidSecurityGroupRuleId", "security group rule ID"),
    /** A managed prefix list. */
    PREFIX_LIST("pl-", "prefix-list", "InvalidPrefixListID", "prefix list ID"),
    /** A network interface. */
    NETWORK_INTERFACE("eni-", "network-interface", "InvalidNetworkInterfaceID", "networkInterface ID"),
    /** An elastic IP address. */
    ELASTIC_IP("eipalloc-", "elastic-ip", "InvalidAllocationID", "allocation ID"),
    /** A flow log. */
    FLOW_LOG("fl-", "vpc-flow-log", "InvalidFlowLogId", "flow log ID");

    private static final String ID_DIGITS = "[0-9a-f]{8}([0-9a-f]{9})?";
    private static final int DIGITS = 17;
    private static final SecureRandom RANDOM = new SecureRandom();

    private final String prefix;
    private final String resourceType;
    private final String errorPrefix;
    private final String words;

    NetworkKind(String prefix, String resourceType, String errorPrefix, String words) {
        this.prefix = prefix;
        this.resourceType = resourceType;
        this.errorPrefix = errorPrefix;
        this.words = words;
    }

    /** What its ids begin with, the dash included. */
    public String prefix() {
        return prefix;
    }

    /** As tags name it. */
    public String resourceType() {
        return resourceType;
    }

    /** The parameter that lists ids, as AWS's messages name it. */
    public String idsParameter() {
        return resourceType.replace("-", "") + "Set";
    }

    /** A new id that nothing else has. */
    public String newId() {
        return newId(prefix);
    }

    /** A new id with another prefix, for example of an association. */
    public static String newId(String prefix) {
        var bytes = new byte[DIGITS / 2 + 1];
        RANDOM.nextBytes(bytes);
        return prefix + HexFormat.of().formatHex(bytes).substring(0, DIGITS);
    }

    /** The error for an id that the account has not. */
    public AwsException notFound(String given) {
        return this == NAT_GATEWAY
                ? AwsException.client("NatGatewayNotFound", "The Nat Gateway " + given + " was not found")
                : AwsException.client(errorPrefix + ".NotFound", "The " + words + " '" + given + "' does not exist");
    }

    /** Throws the kind's Malformed error when the text cannot be an id of it. */
    public void check(String given) {
        if (!given.startsWith(prefix) || !given.substring(prefix.length()).matches(ID_DIGITS)) {
            throw AwsException.client(malformed(), "Invalid id: \"" + given + "\" (expecting \"" + prefix + "...\")");
        }
    }

    private String malformed() {
        return switch (this) {
            case NAT_GATEWAY -> "NatGatewayMalformed";
            case SECURITY_GROUP -> "InvalidGroupId.Malformed";
            case NETWORK_INTERFACE -> "InvalidNetworkInterfaceId.Malformed";
            default -> errorPrefix + ".Malformed";
        };
    }
}
