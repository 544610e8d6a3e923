package io.coppice.cloud.compute;

import io.coppice.cloud.image.BootMode;
import io.coppice.cloud.network.address.PublicAddress;
import io.coppice.cloud.network.networkinterface.InterfaceAnswers;
import io.coppice.foundation.id.AccountId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import software.amazon.awssdk.services.ec2.model.AttributeValue;
import software.amazon.awssdk.services.ec2.model.GroupIdentifier;
import software.amazon.awssdk.services.ec2.model.InstanceNetworkInterface;
import software.amazon.awssdk.services.ec2.model.InstancePrivateIpAddress;
import software.amazon.awssdk.services.ec2.model.InstanceStateChange;
import software.amazon.awssdk.services.ec2.model.NetworkInterface;
import software.amazon.awssdk.services.ec2.model.NetworkInterfaceAttachment;
import software.amazon.awssdk.services.ec2.model.NetworkInterfacePrivateIpAddress;
import software.amazon.awssdk.services.ec2.model.Placement;
import software.amazon.awssdk.services.ec2.model.RunInstancesResponse;
import software.amazon.awssdk.services.ec2.model.StateReason;
import software.amazon.awssdk.services.ec2.model.Tag;

/** Writes instances in the words of the EC2 API. Pure, thread-safe. */
final class InstanceAnswers {
    private final String region;

    InstanceAnswers(String region) {
        this.region = region;
    }

    String region() {
        return region;
    }

    RunInstancesResponse launched(AccountId account, LaunchWriter.Outcome outcome) {
        return RunInstancesResponse.builder()
                .reservationId(outcome.reservationId())
                .ownerId(account.value())
                .requesterId(account.value())
                .groups(List.of())
                .instances(outcome.instances().stream()
                        .map(row -> justLaunched(row, outcome.tags()))
                        .toList())
                .build();
    }

    /** AWS tells no block devices in a launch's answer; some clients of its time take their items for instances. */
    private software.amazon.awssdk.services.ec2.model.Instance justLaunched(
            Instance row, Map<String, Map<String, String>> tags) {
        return instance(row, tags).toBuilder().blockDeviceMappings(List.of()).build();
    }

    software.amazon.awssdk.services.ec2.model.Reservation reservation(
            List<Instance> instances, Map<String, Map<String, String>> tags) {
        var first = instances.getFirst();
        return reservation(first.reservationId, new AccountId(first.accountId)).toBuilder()
                .instances(instances.stream().map(i -> instance(i, tags)).toList())
                .build();
    }

    /** A reservation without its instances. */
    software.amazon.awssdk.services.ec2.model.Reservation reservation(String id, AccountId account) {
        return software.amazon.awssdk.services.ec2.model.Reservation.builder()
                .reservationId(id)
                .ownerId(account.value())
                .requesterId(account.value())
                .groups(List.of())
                .build();
    }

    static InstanceStateChange change(String id, InstanceState before, InstanceState now) {
        return InstanceStateChange.builder()
                .instanceId(id)
                .previousState(state(before))
                .currentState(state(now))
                .build();
    }

    static software.amazon.awssdk.services.ec2.model.InstanceState state(InstanceState state) {
        return SameForAll.state(state);
    }

    software.amazon.awssdk.services.ec2.model.Instance instance(Instance row, Map<String, Map<String, String>> tags) {
        var answer = software.amazon.awssdk.services.ec2.model.Instance.builder()
                .instanceId(row.id)
                .imageId(row.image.id())
                .state(state(row.state))
                .privateDnsName(alive(row) ? row.dnsName(region) : "")
                .publicDnsName("")
                .stateTransitionReason(row.transitionReason)
                .amiLaunchIndex(row.launchIndex)
                .productCodes(List.of())
                .instanceType(row.machine.type())
                .launchTime(row.launchTime)
                .placement(placement(row))
                .monitoring(row.options.monitoring() ? SameForAll.MONITORED : SameForAll.NOT_MONITORED)
                .architecture(row.image.architecture())
                .rootDeviceType("ebs")
                .rootDeviceName(row.image.rootDeviceName())
                .blockDeviceMappings(InstanceRootVolumes.mappings(row))
                .virtualizationType("hvm")
                .hypervisor("xen")
                .ebsOptimized(row.options.ebsOptimized())
                .enaSupport(true)
                .currentInstanceBootMode(row.image.bootedBy())
                .bootMode(row.image.boot() == BootMode.LEGACY_BIOS ? null : row.image.bootMode())
                .platformDetails("Linux/UNIX")
                .usageOperation("RunInstances")
                .usageOperationUpdateTime(row.createdAt)
                .sourceDestCheck(sourceDestCheck(row))
                .tags(tags(row.id, tags))
                .cpuOptions(c -> c.coreCount(row.machine.vcpus()).threadsPerCore(1))
                .capacityReservationSpecification(SameForAll.CAPACITY_RESERVATION)
                .hibernationOptions(SameForAll.HIBERNATION)
                .enclaveOptions(SameForAll.ENCLAVE)
                .maintenanceOptions(SameForAll.maintenance(row.choices.recoveryDisabled()))
                .privateDnsNameOptions(SameForAll.privateDnsName(row.choices.names()))
                .metadataOptions(metadata(row));
        if (!row.keyName.isEmpty()) {
            answer.keyName(row.keyName);
        }
        var profile = row.profile;
        if (profile != null && alive(row)) {
            answer.iamInstanceProfile(each -> each.arn(profile.arn()).id(profile.profileId()));
        }
        if (!row.clientToken.isEmpty()) {
            answer.clientToken(row.clientToken);
        }
        if (!row.reasonCode.isEmpty()) {
            answer.stateReason(reason(row));
        }
        if (alive(row)) {
            answer.privateIpAddress(row.network.knownIp())
                    .vpcId(row.network.vpcId())
                    .subnetId(row.network.subnetId())
                    .securityGroups(groups(row))
                    .networkInterfaces(
                            row.interfaces.isEmpty() ? List.of(networkInterface(row)) : networkInterfaces(row));
            publicIp(row).ifPresent(answer::publicIpAddress);
        } else {
            answer.securityGroups(List.of()).networkInterfaces(List.of());
        }
        return answer.build();
    }

    private static Placement placement(Instance row) {
        var group = row.placementGroup;
        var placement = Placement.builder()
                .availabilityZone(row.zone)
                .groupName(group == null ? "" : group.name())
                .tenancy(row.options.tenancy());
        if (group != null) {
            placement.groupId(group.id()).partitionNumber(group.partition() == 0 ? null : group.partition());
        }
        return placement.build();
    }

    static String autoRecovery(Instance row) {
        return SameForAll.maintenance(row.choices.recoveryDisabled()).autoRecoveryAsString();
    }

    /** The instance's interface as DescribeNetworkInterfaces answers it. */
    NetworkInterface interfaceOf(Instance row, List<Tag> tags) {
        var network = row.network;
        return NetworkInterface.builder()
                .networkInterfaceId(network.interfaceId())
                .availabilityZone(row.zone)
                .subnetId(network.subnetId())
                .vpcId(network.vpcId())
                .ownerId(row.accountId)
                .requesterManaged(false)
                .description("")
                .status("in-use")
                .macAddress(network.mac())
                .privateIpAddress(network.knownIp())
                .privateDnsName(row.dnsName(region))
                .sourceDestCheck(row.options.sourceDestCheck())
                .interfaceType("interface")
                .groups(groups(row))
                .ipv6Addresses(List.of())
                .tagSet(tags)
                .attachment(attachment(row))
                .privateIpAddresses(
                        network.knownIp() == null
                                ? List.of()
                                : List.of(NetworkInterfacePrivateIpAddress.builder()
                                        .privateIpAddress(network.privateIp())
                                        .privateDnsName(row.dnsName(region))
                                        .primary(true)
                                        .build()))
                .build();
    }

    static NetworkInterfaceAttachment attachment(Instance row) {
        return NetworkInterfaceAttachment.builder()
                .attachmentId(attachmentId(row))
                .instanceId(row.id)
                .instanceOwnerId(row.accountId)
                .deviceIndex(0)
                .networkCardIndex(0)
                .status("attached")
                .attachTime(row.createdAt)
                .deleteOnTermination(true)
                .build();
    }

    /** Has the digits of the interface's id. */
    static String attachmentId(Instance row) {
        return row.network.interfaceId().replaceFirst("eni-", "eni-attach-");
    }

    private List<InstanceNetworkInterface> networkInterfaces(Instance row) {
        return row.interfaces.stream()
                .map(each -> InterfaceAnswers.ofInstance(each, region))
                .toList();
    }

    private static Optional<String> publicIp(Instance row) {
        return row.interfaces.stream()
                .findFirst()
                .flatMap(primary -> primary.publicFor(primary.primaryIp()))
                .map(PublicAddress::ip);
    }

    /** Whether packets that are not its own are dropped. */
    static boolean sourceDestCheck(Instance row) {
        return row.interfaces.isEmpty()
                ? row.options.sourceDestCheck()
                : row.interfaces.getFirst().sourceDestCheck();
    }

    private InstanceNetworkInterface networkInterface(Instance row) {
        var network = row.network;
        return InstanceNetworkInterface.builder()
                .networkInterfaceId(network.interfaceId())
                .subnetId(network.subnetId())
                .vpcId(network.vpcId())
                .ownerId(row.accountId)
                .description("")
                .status("in-use")
                .macAddress(network.mac())
                .privateIpAddress(network.knownIp())
                .privateDnsName(row.dnsName(region))
                .sourceDestCheck(row.options.sourceDestCheck())
                .interfaceType("interface")
                .groups(groups(row))
                .ipv6Addresses(List.of())
                .attachment(a -> a.attachmentId(attachmentId(row))
                        .deviceIndex(0)
                        .networkCardIndex(0)
                        .status("attached")
                        .attachTime(row.createdAt)
                        .deleteOnTermination(true))
                .privateIpAddresses(
                        network.knownIp() == null
                                ? List.of()
                                : List.of(InstancePrivateIpAddress.builder()
                                        .privateIpAddress(network.privateIp())
                                        .privateDnsName(row.dnsName(region))
                                        .primary(true)
                                        .build()))
                .build();
    }

    private static software.amazon.awssdk.services.ec2.model.InstanceMetadataOptionsResponse metadata(Instance row) {
        return software.amazon.awssdk.services.ec2.model.InstanceMetadataOptionsResponse.builder()
                .state(row.settled ? "applied" : "pending")
                .httpTokens(row.metadata.tokenRequired() ? "required" : "optional")
                .httpPutResponseHopLimit(row.metadata.hopLimit())
                .httpEndpoint(row.metadata.enabled() ? "enabled" : "disabled")
                .httpProtocolIpv6(row.metadata.ipv6() ? "enabled" : "disabled")
                .instanceMetadataTags(row.metadata.tags() ? "enabled" : "disabled")
                .build();
    }

    /** The options alone, as ModifyInstanceMetadataOptions answers them. */
    static software.amazon.awssdk.services.ec2.model.InstanceMetadataOptionsResponse metadataOf(Instance row) {
        return metadata(row);
    }

    static List<GroupIdentifier> groups(Instance row) {
        if (!row.interfaces.isEmpty()) {
            return InterfaceAnswers.groups(row.interfaces.getFirst().groups());
        }
        return List.of(GroupIdentifier.builder()
                .groupId(row.network.securityGroupId())
                .groupName(row.network.securityGroupName())
                .build());
    }

    static AttributeValue text(@org.jspecify.annotations.Nullable String value) {
        return AttributeValue.builder().value(value).build();
    }

    private static StateReason reason(Instance row) {
        return StateReason.builder()
                .code(row.reasonCode)
                .message(row.reasonMessage)
                .build();
    }

    private static List<Tag> tags(String id, Map<String, Map<String, String>> all) {
        return all.getOrDefault(id, Map.of()).entrySet().stream()
                .map(e -> Tag.builder().key(e.getKey()).value(e.getValue()).build())
                .toList();
    }

    private static boolean alive(Instance row) {
        return !InstanceState.TERMINAL.contains(row.state);
    }
}
