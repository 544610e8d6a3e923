package io.coppice.cloud.network.address;

import io.coppice.wire.error.AwsException;

/** What can be wrong with a request about elastic IP addresses, in AWS's codes. */
final class AddressErrors {
    private AddressErrors() {}

    static AwsException ipNotFound(String ip) {
        return AwsException.client("InvalidAddress.NotFound", "Address '" + ip + "' not found.");
    }

    static AwsException notInPool(String ip) {
        return AwsException.client(
                "InvalidAddress.NotFound", "Address '" + ip + "' is none of this cloud's public addresses.");
    }

    static AwsException notOffered(String name) {
        return AwsException.client("InvalidAddress.NotFound", "There is no open offer of address '" + name + "'.");
    }

    static AwsException inUse(String ip) {
        return AwsException.client("InvalidIPAddress.InUse", "Address " + ip + " is in use.");
    }

    static AwsException associationNotFound(String id) {
        return AwsException.client("InvalidAssociationID.NotFound", "The association ID '" + id + "' does not exist");
    }

    static AwsException alreadyAssociated(String name, String association) {
        return AwsException.client(
                "Resource.AlreadyAssociated",
                "resource " + name + " is already associated with associate-id " + association);
    }

    static AwsException notAttached(String vpcId) {
        return AwsException.client(
                "Gateway.NotAttached", "Network " + vpcId + " is not attached to any internet gateway");
    }

    static AwsException severalInterfaces(String instanceId) {
        return AwsException.client(
                "InvalidInstanceID",
                "There are multiple interfaces attached to instance '" + instanceId
                        + "'. Please specify an interface ID for the operation instead.");
    }

    static AwsException notAlive(String instanceId, String state) {
        return AwsException.client(
                "IncorrectInstanceState",
                "The instance '" + instanceId + "' is " + state + ", so no address can be associated with it.");
    }

    static AwsException noSuchPrivateAddress(String ip, String interfaceId) {
        return AwsException.client(
                "InvalidParameterValue", "The private address " + ip + " is not assigned to interface " + interfaceId);
    }

    static AwsException tooMany(int limit) {
        return AwsException.client(
                "AddressLimitExceeded",
                "The maximum number of addresses has been reached: " + limit + ". Release one that is not needed.");
    }

    static AwsException noneLeft() {
        return AwsException.client(
                "InsufficientAddressCapacity",
                "Not enough public addresses are left in this cloud: ask its operator to enlarge the pool.");
    }
}
