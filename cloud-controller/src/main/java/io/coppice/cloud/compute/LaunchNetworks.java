package io.coppice.cloud.compute;

import io.coppice.cloud.compute.NetworkNames.DefaultNames;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.ec2.model.InstanceNetworkInterfaceSpecification;
import software.amazon.awssdk.services.ec2.model.RunInstancesRequest;

/**
 * Where a launch wants its network interfaces: given by the request itself or by network interface specifications. In a
 * flat network there is one, in the account's default network.
 */
final class LaunchNetworks {
    private LaunchNetworks() {}

    static List<String> groupIds(RunInstancesRequest request) {
        var specified = specified(request);
        return specified.isEmpty()
                ? List.copyOf(request.securityGroupIds())
                : List.copyOf(specified.getFirst().groups());
    }

    static List<String> groupNames(RunInstancesRequest request) {
        return List.copyOf(request.securityGroups());
    }

    static String subnetId(RunInstancesRequest request) {
        var specified = specified(request);
        var subnet =
                specified.isEmpty() ? request.subnetId() : specified.getFirst().subnetId();
        return subnet == null ? "" : subnet;
    }

    /** The interfaces of each instance in a cloud with VPCs: as specified, or one as the request itself says. */
    static List<InstanceNetworkInterfaceSpecification> interfaces(RunInstancesRequest request) {
        var named = new ArrayList<>(request.securityGroupIds());
        named.addAll(request.securityGroups());
        if (request.networkInterfaces().isEmpty()) {
            return List.of(InstanceNetworkInterfaceSpecification.builder()
                    .deviceIndex(0)
                    .subnetId(request.subnetId())
                    .groups(named)
                    .privateIpAddress(request.privateIpAddress())
                    .ipv6Addresses(request.ipv6Addresses())
                    .ipv6AddressCount(request.ipv6AddressCount())
                    .build());
        }
        if (request.subnetId() != null
                || !named.isEmpty()
                || request.privateIpAddress() != null
                || request.ipv6AddressCount() != null
                || !request.ipv6Addresses().isEmpty()) {
            throw InstanceErrors.combination(
                    "Network interfaces and an instance-level subnet ID, security groups or addresses may not be"
                            + " specified on the same request");
        }
        return List.copyOf(request.networkInterfaces());
    }

    /** Refuses what is not the account's default network. */
    static void check(LaunchCommand command, DefaultNames names) {
        if (!command.subnetId().isEmpty() && !command.subnetId().equals(names.subnetId())) {
            throw InstanceErrors.subnetNotFound(command.subnetId());
        }
        for (var id : command.securityGroupIds()) {
            if (!id.equals(names.securityGroupId())) {
                throw InstanceErrors.groupNotFound(id);
            }
        }
        for (var name : command.securityGroupNames()) {
            // The API takes ids here too.
            if (!name.equals(names.securityGroupName()) && !name.equals(names.securityGroupId())) {
                throw InstanceErrors.groupNotFound(name);
            }
        }
    }

    private static List<InstanceNetworkInterfaceSpecification> specified(RunInstancesRequest request) {
        var interfaces = request.networkInterfaces();
        if (interfaces.isEmpty()) {
            return interfaces;
        }
        if (interfaces.size() > 1 || interfaces.getFirst().networkInterfaceId() != null) {
            throw InstanceErrors.unsupported("An instance has one new network interface in this cloud yet");
        }
        if (request.subnetId() != null || !request.securityGroupIds().isEmpty()) {
            throw InstanceErrors.combination(
                    "Network interfaces and an instance-level subnet ID or security groups may not be specified on the"
                            + " same request");
        }
        return interfaces;
    }
}
