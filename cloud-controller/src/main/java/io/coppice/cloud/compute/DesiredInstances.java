package io.coppice.cloud.compute;

import com.google.protobuf.ByteString;
import io.coppice.cloud.compute.LaunchNetwork.Endpoints;
import io.coppice.cloud.volume.LaunchVolumes;
import io.coppice.proto.compute.v1.AttachedVolume;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.Firmware;
import io.coppice.proto.compute.v1.ImageReference;
import io.coppice.proto.compute.v1.LocalDisk;
import io.coppice.proto.compute.v1.Machine;
import io.coppice.proto.compute.v1.Metadata;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes what is desired of an instance in the words of the seam to the zone. Pure. */
final class DesiredInstances {
    private DesiredInstances() {}

    /**
     * The message for the zone.
     *
     * @param imageUrl empty when the instance is not to run
     * @param endpoints its interfaces; null in a flat network, where the row says all
     * @param volumes besides its root disk
     */
    static DesiredInstance of(
            Instance row, String region, String imageUrl, @Nullable Endpoints endpoints, List<AttachedVolume> volumes) {
        var desired = DesiredInstance.newBuilder()
                .setInstanceId(row.id)
                .setGeneration(row.generation)
                .setPower(row.desired.wire())
                .setRebootCount(row.rebootCount)
                .setAccountId(row.accountId)
                .setNodeId(row.nodeId)
                .setZone(row.zone)
                .setDiskExpected(row.everRan);
        if (row.desired == DesiredPower.TERMINATED) {
            return desired.build();
        }
        return desired.setMachine(machine(row))
                .setImage(ImageReference.newBuilder()
                        .setImageId(row.image.id())
                        .setSha256(row.image.sha256())
                        .setSizeBytes(row.image.sizeBytes())
                        .setVirtualSizeBytes(row.image.virtualBytes())
                        .setFormat(row.image.format())
                        .setUrl(imageUrl))
                .addAllVolumes(volumes)
                .setRootVolumeId(rootOf(row, volumes))
                .addAllEndpoints(endpoints == null ? List.of(endpoint(row, region)) : endpoints.all())
                .setMetadata(metadata(
                        row,
                        region,
                        endpoints == null ? List.of(row.network.securityGroupName()) : endpoints.groupNames()))
                .build();
    }

    /** The volume among these that the instance boots from; empty when it is not there, or its root disk is none. */
    static String rootOf(Instance row, List<AttachedVolume> volumes) {
        return volumes.stream()
                .filter(each -> row.image.onVolume() && LaunchVolumes.isRoot(each.getDevice()))
                .map(AttachedVolume::getVolumeId)
                .findFirst()
                .orElse("");
    }

    private static Machine machine(Instance row) {
        var machine = Machine.newBuilder()
                .setInstanceType(row.machine.type())
                .setVcpus(row.machine.vcpus())
                .setMemoryMib(row.machine.memoryMib())
                .setRootDiskMib(row.machine.rootDiskMib())
                .setFirmware(row.image.boot().isUefi() ? Firmware.FIRMWARE_UEFI : Firmware.FIRMWARE_BIOS)
                .addAllLocalDisks(row.machine.disks().stream()
                        .filter(disk -> disk.mib() > 0)
                        .map(disk -> LocalDisk.newBuilder()
                                .setName(disk.mapped().name())
                                .setDevice(disk.mapped().device())
                                .setMib(disk.mib())
                                .build())
                        .toList());
        var group = row.placementGroup;
        if (group != null) {
            switch (group.strategy()) {
                case "spread" -> machine.setSpreadGroup(group.id());
                case "cluster" -> machine.setClusterGroup(group.id());
                case "partition" -> machine.setPartitionGroup(group.id()).setPartition(group.partition());
                default -> throw new IllegalStateException("no placement strategy " + group.strategy());
            }
        }
        return machine.build();
    }

    private static NetworkEndpoint endpoint(Instance row, String region) {
        return NetworkEndpoint.newBuilder()
                .setNetworkInterfaceId(row.network.interfaceId())
                .setMac(row.network.mac())
                .setPrivateIpv4(row.network.privateIp())
                .setSubnetId(row.network.subnetId())
                .setPrivateDnsName(row.dnsName(region))
                .build();
    }

    private static Metadata metadata(Instance row, String region, List<String> groupNames) {
        return Metadata.newBuilder()
                .setImageId(row.image.id())
                .setReservationId(row.reservationId)
                .setLaunchIndex(row.launchIndex)
                .setKeyName(row.keyName)
                .setPublicKey(row.publicKey)
                .setUserData(ByteString.copyFrom(row.userData))
                .addAllSecurityGroups(groupNames)
                .setRegion(region)
                .setTokenRequired(row.metadata.tokenRequired())
                .setHopLimit(row.metadata.hopLimit())
                .setEnabled(row.metadata.enabled())
                .setIpv6Enabled(row.metadata.ipv6())
                .build();
    }
}
