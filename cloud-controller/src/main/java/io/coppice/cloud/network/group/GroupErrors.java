package io.coppice.cloud.network.group;

import io.coppice.wire.error.AwsException;

/** What can be wrong with a request about security groups, in AWS's codes. */
public final class GroupErrors {
    private GroupErrors() {}

    /** A group, by id or name, that the account has not. */
    public static AwsException notFound(String given) {
        return AwsException.client("InvalidGroup.NotFound", "The security group '" + given + "' does not exist");
    }

    static AwsException notFoundByName(String name, String vpcId) {
        return AwsException.client(
                "InvalidGroup.NotFound", "The security group '" + name + "' does not exist in VPC '" + vpcId + "'");
    }

    /** A group of another VPC than what it is wanted for. */
    public static AwsException otherNetwork(String id) {
        return AwsException.client(
                "InvalidParameter",
                "The security group '" + id + "' belongs to another VPC: use groups of the same VPC.");
    }

    static AwsException reserved(String name) {
        return AwsException.client(
                "InvalidGroup.Reserved", "The security group name '" + name + "' is reserved: choose another one.");
    }

    static AwsException duplicate(String name, String vpcId) {
        return AwsException.client(
                "InvalidGroup.Duplicate", "The security group '" + name + "' already exists for VPC '" + vpcId + "'");
    }

    static AwsException defaultStays(String id) {
        return AwsException.client(
                "CannotDelete", "the specified group: \"" + id + "\" name: \"default\" cannot be deleted by a user");
    }

    static AwsException dependent(String id) {
        return AwsException.client("DependencyViolation", "resource " + id + " has a dependent object");
    }

    static AwsException noDefaultVpc() {
        return AwsException.client("VPCIdNotSpecified", "No default VPC for this user: name a VPC.");
    }

    static AwsException tooManyGroups(int limit) {
        return AwsException.client(
                "SecurityGroupLimitExceeded",
                "There cannot be more than " + limit + " security groups. Delete some that are not needed.");
    }

    static AwsException tooManyRules(int limit) {
        return AwsException.client(
                "RulesPerSecurityGroupLimitExceeded",
                "The maximum number of rules per security group has been reached: " + limit
                        + " in one direction, for IPv4 and for IPv6 each.");
    }

    static AwsException tooManyGroupsOfInterface(int limit) {
        return AwsException.client(
                "SecurityGroupsPerInterfaceLimitExceeded",
                "A network interface cannot be in more than " + limit + " security groups.");
    }

    static AwsException duplicateRule(Permission permission) {
        return AwsException.client(
                "InvalidPermission.Duplicate", "the specified rule \"" + permission + "\" already exists");
    }

    static AwsException repeatedRule(Permission permission) {
        return AwsException.client(
                "InvalidParameterValue", "The same permission must not appear multiple times: \"" + permission + "\"");
    }

    static AwsException noSuchRule() {
        return AwsException.client(
                "InvalidPermission.NotFound", "The specified rule does not exist in this security group.");
    }

    static AwsException ruleNotFound(String id) {
        return AwsException.client(
                "InvalidSecurityGroupRuleId.NotFound", "The security group rule ID '" + id + "' does not exist");
    }

    static AwsException malformedPermission(String why) {
        return AwsException.client("InvalidPermission.Malformed", why);
    }

    static AwsException prefixListNotFound(String id) {
        return AwsException.client("InvalidPrefixListID.NotFound", "The prefix list ID '" + id + "' does not exist");
    }

    static AwsException malformedCidr(String given) {
        return AwsException.client("InvalidParameterValue", "CIDR block " + given + " is malformed");
    }

    static AwsException value(String why) {
        return AwsException.client("InvalidParameterValue", why);
    }
}
