package io.coppice.cloud.place;

import io.coppice.wire.error.AwsException;
import java.util.function.Function;

/** A kind of thing in the default network: how its ids look and what AWS calls their errors. */
enum NetworkKind {
    VPC("vpc-", "vpc", "InvalidVpcID", "vpc ID", DefaultNetwork.Ids::vpcId),
    SUBNET("subnet-", "subnet", "InvalidSubnetID", "subnet ID", DefaultNetwork.Ids::subnetId),
    SECURITY_GROUP("sg-", "security-group", "InvalidGroup", "security group", DefaultNetwork.Ids::securityGroupId),
    SECURITY_GROUP_RULE(
            "sgr-",
            "security-group-rule",
            "InvalidSecurityGroupRuleId",
            "security group rule ID",
            ids -> ids.id("sgr-", "egress-rule")),
    ROUTE_TABLE("rtb-", "route-table", "InvalidRouteTableID", "routeTable ID", DefaultNetwork.Ids::routeTableId),
    INTERNET_GATEWAY(
            "igw-",
            "internet-gateway",
            "InvalidInternetGatewayID",
            "internetGateway ID",
            DefaultNetwork.Ids::internetGatewayId),
    NETWORK_ACL("acl-", "network-acl", "InvalidNetworkAclID", "networkAcl ID", DefaultNetwork.Ids::networkAclId),
    DHCP_OPTIONS("dopt-", "dhcp-options", "InvalidDhcpOptionID", "dhcpOption ID", DefaultNetwork.Ids::dhcpOptionsId);

    private static final String ID_DIGITS = "[0-9a-f]{8}([0-9a-f]{9})?";

    private final String prefix;
    private final String resourceType;
    private final String errorPrefix;
    private final String words;
    private final Function<DefaultNetwork.Ids, String> id;

    NetworkKind(
            String prefix,
            String resourceType,
            String errorPrefix,
            String words,
            Function<DefaultNetwork.Ids, String> id) {
        this.prefix = prefix;
        this.resourceType = resourceType;
        this.errorPrefix = errorPrefix;
        this.words = words;
        this.id = id;
    }

    String prefix() {
        return prefix;
    }

    /** As tags name it. */
    String resourceType() {
        return resourceType;
    }

    /** The parameter that lists ids, as AWS's messages name it. */
    String idsParameter() {
        return resourceType.replace("-", "") + "Set";
    }

    /** The one of an account. */
    String idIn(DefaultNetwork.Ids network) {
        return id.apply(network);
    }

    AwsException notFound(String given) {
        return AwsException.client(errorPrefix + ".NotFound", "The " + words + " '" + given + "' does not exist");
    }

    /** Throws the kind's Malformed error when the text cannot be an id of it. */
    void check(String given) {
        if (!given.startsWith(prefix) || !given.substring(prefix.length()).matches(ID_DIGITS)) {
            var code = this == SECURITY_GROUP ? "InvalidGroupId.Malformed" : errorPrefix + ".Malformed";
            throw AwsException.client(code, "Invalid id: \"" + given + "\" (expecting \"" + prefix + "...\")");
        }
    }
}
