package io.coppice.cloud.compute;

import io.coppice.wire.error.AwsException;
import java.util.Collection;

/** What can be wrong with a request about instances, in AWS's codes. */
final class InstanceErrors {
    private static final String INVALID_VALUE = "InvalidParameterValue";

    private InstanceErrors() {}

    static AwsException notFound(Collection<String> ids) {
        return AwsException.client(
                "InvalidInstanceID.NotFound",
                ids.size() == 1
                        ? "The instance ID '" + ids.iterator().next() + "' does not exist"
                        : "The instance IDs '" + String.join(", ", ids) + "' do not exist");
    }

    static AwsException malformed(String id) {
        return AwsException.client("InvalidInstanceID.Malformed", "Invalid id: \"" + id + "\" (expecting \"i-...\")");
    }

    static AwsException incorrectState(String id, InstanceState state, InstanceAction action, String reason) {
        return AwsException.client(
                "IncorrectInstanceState",
                "The instance '" + id + "' is in state '" + state.awsName() + "' and " + action.awsAction()
                        + " is not possible: " + reason);
    }

    static AwsException notStopped(String id, InstanceState state, String attribute) {
        return AwsException.client(
                "IncorrectInstanceState",
                "The instance '" + id + "' is in state '" + state.awsName() + "': stop it to change " + attribute);
    }

    static AwsException withoutRoot(String id, String device) {
        return AwsException.client(
                "InvalidParameterValue",
                "Invalid value '" + id + "' for instanceId. Instance does not have a volume attached at root (" + device
                        + ")");
    }

    static AwsException protectedAgainst(String id, String verb, String attribute) {
        return AwsException.client(
                "OperationNotPermitted",
                "The instance '" + id + "' may not be " + verb + ". Modify its '" + attribute
                        + "' instance attribute and try again.");
    }

    static AwsException missing(String parameter) {
        return AwsException.client("MissingParameter", "The request must contain the parameter " + parameter);
    }

    static AwsException invalid(String parameter, Object value, String why) {
        return AwsException.client(
                INVALID_VALUE, "Value (" + value + ") for parameter " + parameter + " is invalid. " + why);
    }

    static AwsException combination(String message) {
        return AwsException.client("InvalidParameterCombination", message);
    }

    static AwsException limitExceeded(long asked, long have, long limit) {
        return AwsException.client(
                "InstanceLimitExceeded",
                "You have requested more instances (" + (asked + have) + ") than your current instance limit of "
                        + limit + " allows. Terminate some, or ask the cloud's operator for a higher limit.");
    }

    static AwsException vcpuLimitExceeded(long asked, long limit) {
        return AwsException.client(
                "VcpuLimitExceeded",
                "You have requested more vCPU capacity (" + asked + ") than your current vCPU limit of " + limit
                        + " allows. Terminate some instances, or ask the cloud's operator for a higher limit.");
    }

    static AwsException memoryLimitExceeded(long askedMib, long limitMib) {
        return AwsException.client(
                "InstanceLimitExceeded",
                "You have requested more memory (" + askedMib + " MiB) than your current limit of " + limitMib
                        + " MiB allows. Terminate some instances, or ask the cloud's operator for a higher limit.");
    }

    static AwsException addressesUsedUp(String subnetId) {
        return AwsException.client(
                "InsufficientFreeAddressesInSubnet",
                "The specified subnet does not have enough free addresses to satisfy the request: " + subnetId);
    }

    static AwsException addressInUse(String address) {
        return AwsException.client("InvalidIPAddress.InUse", "The address " + address + " is in use");
    }

    static AwsException tokenMismatch(String token) {
        return AwsException.client(
                "IdempotentParameterMismatch",
                "The client token " + token + " was used with other parameters: use a new token for a new request");
    }

    static AwsException groupNotFound(String group) {
        return AwsException.client("InvalidGroup.NotFound", "The security group '" + group + "' does not exist");
    }

    static AwsException subnetNotFound(String subnet) {
        return AwsException.client("InvalidSubnetID.NotFound", "The subnet ID '" + subnet + "' does not exist");
    }

    static AwsException unsupported(String message) {
        return AwsException.client("UnsupportedOperation", message);
    }

    static AwsException unavailable(String message) {
        return AwsException.of("ServiceUnavailable", 503, message);
    }

    static AwsException publicAddressesUsedUp() {
        return AwsException.client(
                "InsufficientAddressCapacity",
                "Not enough public addresses are left in this cloud: launch without one, or ask its operator to enlarge"
                        + " the pool.");
    }

    static AwsException tooManyInterfaces(String type, int limit) {
        return AwsException.client(
                "AttachmentLimitExceeded",
                "Interface count exceeds the limit for " + type + ": " + limit + " network interfaces.");
    }

    static AwsException tooManyAddresses(String type, int limit) {
        return AwsException.client(
                "PrivateIpAddressLimitExceeded",
                "Number of private addresses exceeds the limit for " + type + ": " + limit + " for each interface.");
    }

    static AwsException interfaceInUse(String id) {
        return AwsException.client(
                "InvalidNetworkInterface.InUse", "Network interface '" + id + "' is currently in use.");
    }

    static AwsException severalInterfaces(String id) {
        return AwsException.client(
                "InvalidInstanceID",
                "There are multiple interfaces attached to instance '" + id
                        + "'. Please specify an interface ID for the operation instead.");
    }

    static AwsException noDefaultVpc() {
        return AwsException.client("VPCIdNotSpecified", "No default VPC for this user: name a subnet.");
    }

    static AwsException noDefaultSubnet(String zone) {
        return AwsException.client(
                "MissingInput", "No default subnet in the availability zone " + zone + ": name a subnet.");
    }
}
