package io.coppice.cloud.network.vpc;

import io.coppice.wire.error.AwsException;

/** What can be wrong with a request about VPCs, in AWS's codes. */
final class VpcErrors {
    private VpcErrors() {}

    static AwsException range(String given) {
        return AwsException.client(
                "InvalidVpc.Range",
                "The CIDR '" + given + "' is invalid: a VPC has a range of IPv4 between /16 and /28.");
    }

    static AwsException conflict(String given) {
        return AwsException.client(
                "CidrConflict",
                "The CIDR '" + given + "' conflicts with another CIDR that is associated with the VPC.");
    }

    static AwsException cidrLimit(String vpcId, int limit) {
        return AwsException.client(
                "CidrLimitExceeded",
                "This network '" + vpcId + "' has met its maximum number of allowed CIDRs: " + limit);
    }

    static AwsException associationNotFound(String id) {
        return AwsException.client(
                "InvalidVpcCidrBlockAssociationID.NotFound",
                "The vpc CIDR block association ID '" + id + "' does not exist");
    }

    static AwsException primary(String associationId) {
        return AwsException.client(
                "OperationNotPermitted",
                "The vpc CIDR block with association ID " + associationId
                        + " may not be disassociated. It is the primary IPv4 CIDR block of the VPC");
    }

    static AwsException noIpv6Left() {
        return AwsException.client(
                "InsufficientCidrBlocks",
                "This cloud has no IPv6 range left for the VPC: the operator can set a larger"
                        + " coppice.vpc.ipv6-pool.");
    }
}
