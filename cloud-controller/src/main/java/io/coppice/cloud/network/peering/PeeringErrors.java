package io.coppice.cloud.network.peering;

import io.coppice.wire.error.AwsException;

/** What can be wrong with a request about peering connections, in AWS's codes. */
final class PeeringErrors {
    private PeeringErrors() {}

    static AwsException exists(String id) {
        return AwsException.client(
                "VpcPeeringConnectionAlreadyExists",
                "A VPC peering connection between these VPCs already exists: " + id);
    }

    static AwsException transition(PeeringRow row, String wanted) {
        return AwsException.client(
                "InvalidStateTransition",
                "Invalid state transition for " + row.id + ", attempted to transition from " + row.status + " to "
                        + wanted);
    }

    static AwsException notAccepter(String account, String id, String verb) {
        return AwsException.client(
                "OperationNotPermitted",
                "User (" + account + ") cannot " + verb + " peering " + id
                        + ": only the owner of the accepter VPC can");
    }
}
