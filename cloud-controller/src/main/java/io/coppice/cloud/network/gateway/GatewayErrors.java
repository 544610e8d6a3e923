package io.coppice.cloud.network.gateway;

import io.coppice.wire.error.AwsException;

/** What can be wrong with a request about internet gateways, in AWS's codes. */
final class GatewayErrors {
    private GatewayErrors() {}

    static AwsException alreadyAttached(String gatewayId, String vpcId) {
        return AwsException.client(
                "Resource.AlreadyAssociated", "resource " + gatewayId + " is already attached to network " + vpcId);
    }

    static AwsException vpcHasOne(String vpcId) {
        return AwsException.client(
                "InvalidParameterValue", "Network " + vpcId + " already has an internet gateway attached");
    }

    static AwsException notAttached(String gatewayId, String vpcId) {
        return AwsException.client(
                "Gateway.NotAttached", "resource " + gatewayId + " is not attached to network " + vpcId);
    }

    static AwsException addressesInUse(String vpcId) {
        return AwsException.client(
                "DependencyViolation",
                "Network " + vpcId + " has some mapped public address(es). Please unmap those public address(es) before"
                        + " detaching the gateway.");
    }
}
