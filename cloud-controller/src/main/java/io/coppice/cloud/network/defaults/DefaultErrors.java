package io.coppice.cloud.network.defaults;

import io.coppice.wire.error.AwsException;

/** What can be wrong with a request for a default VPC or subnet, in AWS's codes. */
final class DefaultErrors {
    private DefaultErrors() {}

    static AwsException vpcExists() {
        return AwsException.client(
                "DefaultVpcAlreadyExists", "A Default VPC already exists for this account in this region.");
    }

    static AwsException subnetExists(String zone, String subnetId) {
        return AwsException.client(
                "DefaultSubnetAlreadyExistsInAvailabilityZone",
                "'" + subnetId + "' is already the default subnet in " + zone + ".");
    }

    static AwsException noVpc() {
        return AwsException.client(
                "DefaultVpcDoesNotExist", "No default VPC exists for this account in this region: create one first.");
    }

    static AwsException noRoom() {
        return AwsException.client(
                "InsufficientCidrBlocks", "The default VPC has no range left for another subnet: delete one.");
    }
}
