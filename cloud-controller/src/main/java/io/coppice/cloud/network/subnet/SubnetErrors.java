package io.coppice.cloud.network.subnet;

import io.coppice.wire.error.AwsException;

/** What can be wrong with a request about subnets, in AWS's codes. */
final class SubnetErrors {
    private SubnetErrors() {}

    static AwsException range(String given) {
        return AwsException.client("InvalidSubnet.Range", "The CIDR '" + given + "' is invalid.");
    }

    static AwsException conflict(String given) {
        return AwsException.client("InvalidSubnet.Conflict", "The CIDR '" + given + "' conflicts with another subnet");
    }

    static AwsException zone(String given, String known) {
        return AwsException.client(
                "InvalidParameterValue",
                "Value (" + given
                        + ") for parameter availabilityZone is invalid. Subnets can currently only be created in"
                        + " the following availability zones: " + known + ".");
    }

    static AwsException associationNotFound(String id) {
        return AwsException.client(
                "InvalidSubnetCidrBlockAssociationID.NotFound",
                "The subnet CIDR block with association ID '" + id + "' does not exist");
    }
}
