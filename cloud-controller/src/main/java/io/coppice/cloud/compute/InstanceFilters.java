package io.coppice.cloud.compute;

import io.coppice.cloud.image.BootMode;
import io.coppice.cloud.place.Zones;
import io.coppice.cloud.query.Filters;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.EbsInstanceBlockDevice;
import software.amazon.awssdk.services.ec2.model.InstanceBlockDeviceMapping;

/**
 * The filters of DescribeInstances and DescribeInstanceStatus, over a row and its tags: every one that the API reference
 * documents. Pure.
 */
final class InstanceFilters {
    /**
     * An instance with what only other tables know.
     *
     * @param version tells one state of the row and its interfaces from another
     */
    record Tagged(Instance row, String version, Map<String, String> tags) {}

    private InstanceFilters() {}

    /**
     * The filters of DescribeInstances.
     *
     * @param region for the private DNS names
     * @param flat whether the row holds all there is of the instance's network
     */
    static Filters<Tagged> instances(String region, boolean flat) {
        var builder = states(Filters.<Tagged>builder()).tags(Tagged::tags);
        machine(builder);
        disks(builder);
        switches(builder);
        if (flat) {
            InstanceNetworkFilters.add(builder, region);
        } else {
            InstanceInterfaceFilters.add(builder, region);
        }
        return builder.value("client-token", i -> i.row().clientToken)
                .value(
                        "iam-instance-profile.arn",
                        i -> i.row().profile == null ? null : i.row().profile.arn())
                .value(
                        "iam-instance-profile.id",
                        i -> i.row().profile == null ? null : i.row().profile.profileId())
                .value("image-id", i -> i.row().image.id())
                .value("key-name", i -> i.row().keyName)
                .value("launch-index", i -> i.row().launchIndex)
                .value("launch-time", i -> i.row().launchTime)
                .value("owner-id", i -> i.row().accountId)
                .value(
                        "placement-group-name",
                        i -> i.row().placementGroup == null
                                ? null
                                : i.row().placementGroup.name())
                .value("placement-partition-number", i -> partition(i.row()))
                .value("reason", i -> i.row().transitionReason)
                .value("requester-id", i -> i.row().accountId)
                .value("reservation-id", i -> i.row().reservationId)
                .value("state-reason-code", i -> i.row().reasonCode)
                .value("state-reason-message", i -> i.row().reasonMessage)
                .value("usage-operation", i -> "RunInstances")
                .value("usage-operation-update-time", i -> i.row().createdAt)
                .never(
                        "affinity",
                        "capacity-reservation-id",
                        "capacity-reservation-specification.capacity-reservation-target.capacity-reservation-id",
                        "capacity-reservation-specification.capacity-reservation-target"
                                + ".capacity-reservation-resource-group-arn",
                        "host-id",
                        "instance-lifecycle",
                        "operator.principal",
                        "outpost-arn",
                        "product-code",
                        "product-code.type",
                        "spot-instance-request-id")
                .build();
    }

    private static void machine(Filters.Builder<Tagged> builder) {
        builder.value("architecture", i -> i.row().image.architecture())
                .value(
                        "boot-mode",
                        i -> i.row().image.boot() == BootMode.LEGACY_BIOS
                                ? null
                                : i.row().image.bootMode())
                .value("current-instance-boot-mode", i -> i.row().image.bootedBy())
                .value("hypervisor", i -> "xen")
                .value("instance-type", i -> i.row().machine.type())
                .value("platform-details", i -> "Linux/UNIX")
                .value("tenancy", i -> i.row().options.tenancy())
                .value("virtualization-type", i -> "hvm")
                .never("kernel-id", "platform", "ramdisk-id", "tpm-support");
    }

    private static void disks(Filters.Builder<Tagged> builder) {
        builder.value("root-device-name", i -> i.row().image.rootDeviceName())
                .value("root-device-type", i -> "ebs")
                .values("block-device-mapping.volume-id", disk(EbsInstanceBlockDevice::volumeId))
                .values("block-device-mapping.device-name", i -> mappings(i)
                        .map(InstanceBlockDeviceMapping::deviceName)
                        .toList())
                .values("block-device-mapping.status", disk(EbsInstanceBlockDevice::statusAsString))
                .values("block-device-mapping.delete-on-termination", disk(EbsInstanceBlockDevice::deleteOnTermination))
                .values("block-device-mapping.attach-time", disk(EbsInstanceBlockDevice::attachTime));
    }

    private static Function<Tagged, List<?>> disk(Function<EbsInstanceBlockDevice, Object> read) {
        return instance ->
                mappings(instance).map(each -> read.apply(each.ebs())).toList();
    }

    private static Stream<InstanceBlockDeviceMapping> mappings(Tagged instance) {
        return InstanceRootVolumes.mappings(instance.row()).stream();
    }

    private static void switches(Filters.Builder<Tagged> builder) {
        builder.value("capacity-reservation-specification.capacity-reservation-preference", i -> "open")
                .value("ebs-optimized", i -> i.row().options.ebsOptimized())
                .value("ena-support", i -> true)
                .value("enclave-options.enabled", i -> false)
                .value("hibernation-options.configured", i -> false)
                .value("maintenance-options.auto-recovery", i -> InstanceAnswers.autoRecovery(i.row()))
                .value(
                        "metadata-options.http-endpoint",
                        i -> enabled(i.row().metadata.enabled()))
                .value("metadata-options.http-protocol-ipv4", i -> enabled(true))
                .value(
                        "metadata-options.http-protocol-ipv6",
                        i -> enabled(i.row().metadata.ipv6()))
                .value(
                        "metadata-options.http-put-response-hop-limit",
                        i -> i.row().metadata.hopLimit())
                .value("metadata-options.http-tokens", i -> i.row().metadata.tokenRequired() ? "required" : "optional")
                .value(
                        "metadata-options.instance-metadata-tags",
                        i -> enabled(i.row().metadata.tags()))
                .value("metadata-options.state", i -> i.row().settled ? "applied" : "pending")
                .value("monitoring-state", i -> enabled(i.row().options.monitoring()))
                .value("network-performance-options.bandwidth-weighting", i -> "default")
                .value("operator.managed", i -> false);
    }

    static Filters<Tagged> statuses() {
        return states(Filters.<Tagged>builder())
                .value("instance-status.reachability", i -> InstanceStatuses.reachability(i.row()))
                .value("instance-status.status", i -> InstanceStatuses.status(i.row()))
                .value("system-status.reachability", i -> InstanceStatuses.reachability(i.row()))
                .value("system-status.status", i -> InstanceStatuses.status(i.row()))
                .value("attached-ebs-status.status", i -> InstanceStatuses.status(i.row()))
                .value("operator.managed", i -> false)
                .tags(Tagged::tags)
                .never(
                        "event.code",
                        "event.description",
                        "event.instance-event-id",
                        "event.not-after",
                        "event.not-before",
                        "event.not-before-deadline",
                        "operator.principal")
                .build();
    }

    private static Filters.Builder<Tagged> states(Filters.Builder<Tagged> builder) {
        return builder.value("availability-zone", i -> i.row().zone)
                .value("availability-zone-id", i -> Zones.idOf(i.row().zone))
                .value("instance-id", i -> i.row().id)
                .value("instance-state-code", i -> i.row().state.code())
                .value("instance-state-name", i -> i.row().state.awsName());
    }

    /** A terminated instance has neither disk nor network any more. */
    static @Nullable Object whileAlive(Tagged instance, Object value) {
        return InstanceState.TERMINAL.contains(instance.row().state) ? null : value;
    }

    private static @Nullable Object partition(Instance row) {
        var group = row.placementGroup;
        return group == null || group.partition() == 0 ? null : group.partition();
    }

    private static String enabled(boolean on) {
        return on ? "enabled" : "disabled";
    }
}
