package io.coppice.cloud.compute;

import io.coppice.cloud.query.Filters;
import java.util.List;
import java.util.Map;

/** The filters of DescribeInstances and DescribeInstanceStatus, over a row and its tags. */
final class InstanceFilters {
    /** An instance with what only other tables know. */
    record Tagged(Instance row, Map<String, String> tags) {}

    private InstanceFilters() {}

    static Filters<Tagged> instances() {
        var builder = states(Filters.<Tagged>builder());
        return network(builder)
                .tags(Tagged::tags)
                .value("architecture", i -> i.row().image.architecture())
                .value("client-token", i -> i.row().clientToken)
                .value("hypervisor", i -> "xen")
                .value("image-id", i -> i.row().image.id())
                .values("instance-lifecycle", i -> List.of())
                .value("instance-type", i -> i.row().machine.type())
                .value("instance.group-id", i -> i.row().network.securityGroupId())
                .value("instance.group-name", i -> i.row().network.securityGroupName())
                .value("key-name", i -> i.row().keyName)
                .value("launch-index", i -> i.row().launchIndex)
                .value("launch-time", i -> i.row().launchTime)
                .value("metadata-options.http-tokens", i -> i.row().metadata.tokenRequired() ? "required" : "optional")
                .value("monitoring-state", i -> i.row().options.monitoring() ? "enabled" : "disabled")
                .value("owner-id", i -> i.row().accountId)
                .value("platform-details", i -> "Linux/UNIX")
                .value("reason", i -> i.row().transitionReason)
                .value("requester-id", i -> i.row().accountId)
                .value("reservation-id", i -> i.row().reservationId)
                .value("root-device-name", i -> i.row().image.rootDeviceName())
                .value("root-device-type", i -> "ebs")
                .value("source-dest-check", i -> i.row().options.sourceDestCheck())
                .value("state-reason-code", i -> i.row().reasonCode)
                .value("tenancy", i -> i.row().options.tenancy())
                .value("virtualization-type", i -> "hvm")
                .build();
    }

    static Filters<Tagged> statuses() {
        return states(Filters.<Tagged>builder())
                .values("event.code", i -> List.of())
                .values("event.description", i -> List.of())
                .values("event.not-after", i -> List.of())
                .values("event.not-before", i -> List.of())
                .value("instance-status.reachability", i -> InstanceStatuses.reachability(i.row()))
                .value("instance-status.status", i -> InstanceStatuses.status(i.row()))
                .value("system-status.reachability", i -> InstanceStatuses.reachability(i.row()))
                .value("system-status.status", i -> InstanceStatuses.status(i.row()))
                .build();
    }

    private static Filters.Builder<Tagged> states(Filters.Builder<Tagged> builder) {
        return builder.value("availability-zone", i -> i.row().zone)
                .value("instance-id", i -> i.row().id)
                .value("instance-state-code", i -> i.row().state.code())
                .value("instance-state-name", i -> i.row().state.awsName());
    }

    private static Filters.Builder<Tagged> network(Filters.Builder<Tagged> builder) {
        return builder.value("dns-name", i -> "")
                .values("ip-address", i -> List.of())
                .value(
                        "network-interface.network-interface-id",
                        i -> i.row().network.interfaceId())
                .value(
                        "network-interface.private-ip-address",
                        i -> i.row().network.privateIp())
                .value(
                        "network-interface.addresses.private-ip-address",
                        i -> i.row().network.privateIp())
                .value("network-interface.mac-address", i -> i.row().network.mac())
                .value("network-interface.subnet-id", i -> i.row().network.subnetId())
                .value("network-interface.vpc-id", i -> i.row().network.vpcId())
                .value("network-interface.group-id", i -> i.row().network.securityGroupId())
                .value("private-ip-address", i -> i.row().network.privateIp())
                .value("group-id", i -> i.row().network.securityGroupId())
                .value("group-name", i -> i.row().network.securityGroupName())
                .value("subnet-id", i -> i.row().network.subnetId())
                .value("vpc-id", i -> i.row().network.vpcId())
                .values("block-device-mapping.volume-id", i -> List.of(InstanceRootVolumes.idOf(i.row())))
                .values(
                        "block-device-mapping.device-name",
                        i -> List.of(i.row().image.rootDeviceName()))
                .values("block-device-mapping.status", i -> List.of("attached"))
                .values("block-device-mapping.delete-on-termination", i -> List.of(true))
                .values("block-device-mapping.attach-time", i -> List.of(i.row().createdAt));
    }
}
