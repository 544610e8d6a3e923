package io.coppice.cloud.network.networkinterface;

import io.coppice.cloud.network.networkinterface.AttachedInstances.Machine;
import io.coppice.wire.error.AwsException;

/** What can be wrong with a request about network interfaces and their addresses, in AWS's codes. */
public final class InterfaceErrors {
    private InterfaceErrors() {}

    static AwsException inUse(String id) {
        return AwsException.client(
                "InvalidNetworkInterface.InUse", "Network interface '" + id + "' is currently in use.");
    }

    static AwsException managed(String id) {
        return AwsException.client(
                "OperationNotPermitted",
                "The network interface '" + id + "' is managed by a service: change what it belongs to.");
    }

    static AwsException addressInUse(String ip) {
        return AwsException.client("InvalidIPAddress.InUse", "Address " + ip + " is in use.");
    }

    static AwsException notInSubnet(String ip) {
        return AwsException.client(
                "InvalidParameterValue", "Address " + ip + " does not fall within the subnet's address range");
    }

    static AwsException reserved(String ip) {
        return AwsException.client("InvalidParameterValue", "Address " + ip + " is in subnet's reserved address range");
    }

    static AwsException malformed(String ip) {
        return AwsException.client("InvalidParameterValue", "Invalid IP address: " + ip);
    }

    static AwsException noAddressLeft() {
        return AwsException.client(
                "InsufficientFreeAddressesInSubnet",
                "The specified subnet does not have enough free addresses to satisfy the request.");
    }

    static AwsException noIpv6(String subnetId) {
        return AwsException.client(
                "InvalidParameterValue", "The subnet " + subnetId + " has no IPv6 CIDR block: associate one first.");
    }

    static AwsException tooManyAddresses(int limit) {
        return AwsException.client(
                "PrivateIpAddressLimitExceeded",
                "Number of private addresses will exceed limit: " + limit + " for each interface.");
    }

    static AwsException notAssigned(String ip, String id) {
        return AwsException.client("InvalidParameterValue", "Some of [" + ip + "] are not assigned to interface " + id);
    }

    static AwsException primary(String ip, String id) {
        return AwsException.client(
                "InvalidParameterValue",
                "The primary address " + ip + " of interface " + id + " cannot be unassigned.");
    }

    static AwsException attachmentNotFound(String id) {
        return AwsException.client("InvalidAttachmentID.NotFound", "The attachment '" + id + "' does not exist.");
    }

    static AwsException primaryStays() {
        return AwsException.client(
                "OperationNotPermitted", "The network interface at device index 0 cannot be attached or detached.");
    }

    static AwsException otherZone() {
        return AwsException.client(
                "InvalidParameterCombination",
                "You may not attach a network interface to an instance if they are not in the same availability zone");
    }

    static AwsException otherVpc() {
        return AwsException.client(
                "InvalidParameterCombination",
                "You may not attach a network interface to an instance if they are not in the same VPC");
    }

    static AwsException indexTaken(String instanceId, int index) {
        return AwsException.client(
                "InvalidParameterValue",
                "Instance '" + instanceId + "' already has an interface attached at device index '" + index + "'.");
    }

    static AwsException tooManyInterfaces(Machine machine) {
        return AwsException.client(
                "AttachmentLimitExceeded",
                "Interface count exceeds the limit for " + machine.type() + ": " + machine.maxInterfaces());
    }

    static AwsException incorrectState(Machine machine) {
        return AwsException.client(
                "IncorrectInstanceState",
                "Instance '" + machine.id() + "' is " + machine.state()
                        + ": network interfaces are attached and detached while it is running or stopped.");
    }

    static AwsException tooMany(int limit) {
        return AwsException.client(
                "NetworkInterfaceLimitExceeded",
                "There cannot be more than " + limit + " network interfaces. Delete some that are not needed.");
    }
}
