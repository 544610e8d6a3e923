package io.coppice.cloud.network.networkinterface;

import io.coppice.cloud.network.address.PublicAddress;
import io.coppice.cloud.network.group.SecurityGroups.Group;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.GroupIdentifier;
import software.amazon.awssdk.services.ec2.model.InstanceIpv6Address;
import software.amazon.awssdk.services.ec2.model.InstanceNetworkInterface;
import software.amazon.awssdk.services.ec2.model.InstanceNetworkInterfaceAssociation;
import software.amazon.awssdk.services.ec2.model.InstanceNetworkInterfaceAttachment;
import software.amazon.awssdk.services.ec2.model.InstancePrivateIpAddress;
import software.amazon.awssdk.services.ec2.model.NetworkInterface;
import software.amazon.awssdk.services.ec2.model.NetworkInterfaceAssociation;
import software.amazon.awssdk.services.ec2.model.NetworkInterfaceAttachment;
import software.amazon.awssdk.services.ec2.model.NetworkInterfaceIpv6Address;
import software.amazon.awssdk.services.ec2.model.NetworkInterfacePrivateIpAddress;
import software.amazon.awssdk.services.ec2.model.Tag;

/** Writes network interfaces in the words of the EC2 API. Pure. */
public final class InterfaceAnswers {
    private static final String ATTACHED = "attached";
    /** Who has what services' interfaces are attached to. */
    private static final String SERVICE = "amazon-aws";

    private static final String AMAZON = "amazon";

    private InterfaceAnswers() {}

    static NetworkInterface networkInterface(InterfaceFacts facts, String region, List<Tag> tags) {
        var answer = NetworkInterface.builder()
                .networkInterfaceId(facts.id())
                .availabilityZone(facts.zone())
                .availabilityZoneId(io.coppice.cloud.place.Zones.idOf(facts.zone()))
                .subnetId(facts.subnetId())
                .vpcId(facts.vpcId())
                .ownerId(facts.accountId())
                .requesterId(facts.requesterId())
                .requesterManaged(facts.requesterId() != null)
                .description(facts.description())
                .status(attachment(facts) == null ? "available" : "in-use")
                .macAddress(facts.mac())
                .privateIpAddress(facts.primaryIp())
                .privateDnsName(InterfaceFacts.privateDnsName(facts.primaryIp(), region))
                .sourceDestCheck(facts.sourceDestCheck())
                .interfaceType(facts.kind())
                .groups(groups(facts.groups()))
                .ipv6Addresses(facts.ipv6().stream()
                        .map(ip -> NetworkInterfaceIpv6Address.builder()
                                .ipv6Address(ip)
                                .build())
                        .toList())
                .privateIpAddresses(facts.privateIps().stream()
                        .map(ip -> privateIp(facts, ip, region))
                        .toList())
                .association(association(facts, facts.primaryIp()))
                .tagSet(tags);
        var attachment = attachment(facts);
        return attachment == null
                ? answer.build()
                : answer.attachment(attachment).build();
    }

    private static NetworkInterfacePrivateIpAddress privateIp(InterfaceFacts facts, String ip, String region) {
        return NetworkInterfacePrivateIpAddress.builder()
                .privateIpAddress(ip)
                .privateDnsName(InterfaceFacts.privateDnsName(ip, region))
                .primary(ip.equals(facts.primaryIp()))
                .association(association(facts, ip))
                .build();
    }

    private static @Nullable NetworkInterfaceAssociation association(InterfaceFacts facts, String ip) {
        return facts.publicFor(ip)
                .map(each -> NetworkInterfaceAssociation.builder()
                        .publicIp(each.ip())
                        .publicDnsName("")
                        .allocationId(each.allocationId())
                        .associationId(each.elastic() ? each.associationId() : null)
                        .ipOwnerId(owner(each))
                        .build())
                .orElse(null);
    }

    private static String owner(PublicAddress address) {
        return address.elastic() ? address.accountId() : AMAZON;
    }

    static @Nullable NetworkInterfaceAttachment attachment(InterfaceFacts facts) {
        var attachment = facts.attachment();
        return attachment == null
                ? serviceAttachment(facts)
                : NetworkInterfaceAttachment.builder()
                        .attachmentId(attachment.id())
                        .instanceId(attachment.instanceId())
                        .instanceOwnerId(attachment.instanceId() == null ? facts.requesterId() : facts.accountId())
                        .deviceIndex(attachment.deviceIndex())
                        .networkCardIndex(0)
                        .status(ATTACHED)
                        .attachTime(attachment.at())
                        .deleteOnTermination(attachment.deleteOnTermination())
                        .build();
    }

    /** What a service manages, a NAT gateway for example, it uses for as long as the interface is there. */
    private static @Nullable NetworkInterfaceAttachment serviceAttachment(InterfaceFacts facts) {
        return facts.requesterId() == null
                ? null
                : NetworkInterfaceAttachment.builder()
                        .attachmentId(facts.id().replaceFirst("eni-", "ela-attach-"))
                        .instanceOwnerId(SERVICE)
                        .deviceIndex(1)
                        .networkCardIndex(0)
                        .status(ATTACHED)
                        .deleteOnTermination(false)
                        .build();
    }

    /** Groups as answers list them. */
    public static List<GroupIdentifier> groups(List<Group> groups) {
        return groups.stream()
                .map(group -> GroupIdentifier.builder()
                        .groupId(group.id())
                        .groupName(group.name())
                        .build())
                .toList();
    }

    /** The interface as its instance's answer shows it. */
    public static InstanceNetworkInterface ofInstance(InterfaceFacts facts, String region) {
        return InstanceNetworkInterface.builder()
                .networkInterfaceId(facts.id())
                .subnetId(facts.subnetId())
                .vpcId(facts.vpcId())
                .ownerId(facts.accountId())
                .description(facts.description())
                .status("in-use")
                .macAddress(facts.mac())
                .privateIpAddress(facts.primaryIp())
                .privateDnsName(InterfaceFacts.privateDnsName(facts.primaryIp(), region))
                .sourceDestCheck(facts.sourceDestCheck())
                .interfaceType(facts.kind())
                .groups(groups(facts.groups()))
                .ipv6Addresses(facts.ipv6().stream()
                        .map(ip -> InstanceIpv6Address.builder().ipv6Address(ip).build())
                        .toList())
                .association(instanceAssociation(facts, facts.primaryIp()))
                .attachment(instanceAttachment(facts))
                .privateIpAddresses(facts.privateIps().stream()
                        .map(ip -> InstancePrivateIpAddress.builder()
                                .privateIpAddress(ip)
                                .privateDnsName(InterfaceFacts.privateDnsName(ip, region))
                                .primary(ip.equals(facts.primaryIp()))
                                .association(instanceAssociation(facts, ip))
                                .build())
                        .toList())
                .build();
    }

    private static @Nullable InstanceNetworkInterfaceAssociation instanceAssociation(InterfaceFacts facts, String ip) {
        return facts.publicFor(ip)
                .map(each -> InstanceNetworkInterfaceAssociation.builder()
                        .publicIp(each.ip())
                        .publicDnsName("")
                        .ipOwnerId(owner(each))
                        .build())
                .orElse(null);
    }

    private static @Nullable InstanceNetworkInterfaceAttachment instanceAttachment(InterfaceFacts facts) {
        var attachment = facts.attachment();
        return attachment == null
                ? null
                : InstanceNetworkInterfaceAttachment.builder()
                        .attachmentId(attachment.id())
                        .deviceIndex(attachment.deviceIndex())
                        .networkCardIndex(0)
                        .status(ATTACHED)
                        .attachTime(attachment.at())
                        .deleteOnTermination(attachment.deleteOnTermination())
                        .build();
    }
}
