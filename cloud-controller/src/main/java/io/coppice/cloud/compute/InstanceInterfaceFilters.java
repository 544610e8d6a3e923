package io.coppice.cloud.compute;

import static io.coppice.cloud.compute.InstanceFilters.whileAlive;

import io.coppice.cloud.compute.InstanceFilters.Tagged;
import io.coppice.cloud.network.group.SecurityGroups.Group;
import io.coppice.cloud.network.networkinterface.InterfaceAnswers;
import io.coppice.cloud.network.networkinterface.InterfaceFacts;
import io.coppice.cloud.query.Filters;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.ec2.model.InstanceNetworkInterface;
import software.amazon.awssdk.services.ec2.model.InstanceNetworkInterfaceAssociation;
import software.amazon.awssdk.services.ec2.model.InstancePrivateIpAddress;

/**
 * The filters of DescribeInstances on networks in a cloud with VPCs: the instance's own fields are those of its primary
 * interface, {@code network-interface.} ones are of all. Pure.
 */
final class InstanceInterfaceFilters {
    private static final String INTERFACE = "network-interface.";

    private InstanceInterfaceFilters() {}

    static void add(Filters.Builder<Tagged> builder, String region) {
        instance(builder, region);
        described(builder);
        addresses(builder, region);
        attached(builder);
        associations(builder, region);
        builder.never(
                INTERFACE + "ipv4-prefixes.ipv4-prefix",
                INTERFACE + "ipv6-addresses.is-primary-ipv6",
                INTERFACE + "ipv6-prefixes.ipv6-prefix",
                INTERFACE + "operator.principal",
                INTERFACE + "outpost-arn",
                INTERFACE + "public-dns-name",
                INTERFACE + "tag-key",
                INTERFACE + "tag-value");
    }

    private static void instance(Filters.Builder<Tagged> builder, String region) {
        builder.value("private-ip-address", i -> primary(i, InterfaceFacts::primaryIp))
                .value("private-dns-name", i -> primary(i, each -> i.row().dnsName(region)))
                .value(
                        "private-dns-name-options.hostname-type",
                        i -> i.row().choices.names().hostnameType())
                .value(
                        "private-dns-name-options.enable-resource-name-dns-a-record",
                        i -> i.row().choices.ipv4Record())
                .value(
                        "private-dns-name-options.enable-resource-name-dns-aaaa-record",
                        i -> i.row().choices.ipv6Record())
                .values("instance.group-id", i -> primaryGroups(i, Group::id))
                .values("instance.group-name", i -> primaryGroups(i, Group::name))
                .values("group-id", i -> primaryGroups(i, Group::id))
                .values("group-name", i -> primaryGroups(i, Group::name))
                .value("subnet-id", i -> primary(i, InterfaceFacts::subnetId))
                .value("vpc-id", i -> primary(i, InterfaceFacts::vpcId))
                .value("source-dest-check", i -> primary(i, InterfaceFacts::sourceDestCheck))
                .value(
                        "ip-address",
                        i -> primary(i, each -> each.publicFor(each.primaryIp())
                                .map(address -> address.ip())
                                .orElse(null)))
                .values("ipv6-address", i -> all(i, each -> each.ipv6().stream()))
                .never("dns-name");
    }

    private static void described(Filters.Builder<Tagged> builder) {
        each(builder, "availability-zone", InterfaceFacts::zone);
        each(builder, "subnet-id", InterfaceFacts::subnetId);
        each(builder, "vpc-id", InterfaceFacts::vpcId);
        each(builder, "owner-id", InterfaceFacts::accountId);
        each(builder, "network-interface-id", InterfaceFacts::id);
        each(builder, "mac-address", InterfaceFacts::mac);
        each(builder, "description", InterfaceFacts::description);
        each(builder, "status", any -> "in-use");
        each(builder, "source-dest-check", InterfaceFacts::sourceDestCheck);
        each(builder, "requester-id", InterfaceFacts::requesterId);
        each(builder, "requester-managed", each -> each.requesterId() != null);
        each(builder, "operator.managed", any -> false);
        each(builder, "ipv6-native", any -> false);
        each(builder, "deny-all-igw-traffic", any -> false);
        builder.values(
                INTERFACE + "group-id",
                i -> all(i, each -> each.groups().stream().map(Group::id)));
        builder.values(
                INTERFACE + "group-name",
                i -> all(i, each -> each.groups().stream().map(Group::name)));
    }

    private static void addresses(Filters.Builder<Tagged> builder, String region) {
        each(builder, "private-ip-address", InterfaceFacts::primaryIp);
        each(builder, "private-dns-name", each -> InterfaceFacts.privateDnsName(each.primaryIp(), region));
        builder.values(INTERFACE + "addresses.private-ip-address", i -> all(i, each -> each.privateIps().stream()))
                .values(
                        INTERFACE + "addresses.private-dns-name",
                        i -> all(i, each -> each.privateIps().stream()
                                .map(ip -> InterfaceFacts.privateDnsName(ip, region))))
                .values(
                        INTERFACE + "addresses.primary",
                        i -> all(i, each -> each.privateIps().stream().map(ip -> ip.equals(each.primaryIp()))))
                .values(INTERFACE + "ipv6-address", i -> all(i, each -> each.ipv6().stream()))
                .values(INTERFACE + "ipv6-addresses.ipv6-address", i -> all(i, each -> each.ipv6().stream()));
    }

    private static void attached(Filters.Builder<Tagged> builder) {
        each(builder, "attachment.attach-time", each -> attachment(each, InterfaceFacts.Attachment::at));
        each(builder, "attachment.attachment-id", each -> attachment(each, InterfaceFacts.Attachment::id));
        each(
                builder,
                "attachment.delete-on-termination",
                each -> attachment(each, InterfaceFacts.Attachment::deleteOnTermination));
        each(builder, "attachment.device-index", InterfaceFacts::deviceIndex);
        each(builder, "attachment.network-card-index", any -> 0);
        each(builder, "attachment.instance-id", each -> attachment(each, InterfaceFacts.Attachment::instanceId));
        each(builder, "attachment.instance-owner-id", InterfaceFacts::accountId);
        each(builder, "attachment.status", any -> "attached");
    }

    private static @Nullable Object attachment(InterfaceFacts facts, Filters.Column<InterfaceFacts.Attachment> read) {
        var attachment = facts.attachment();
        return attachment == null ? null : read.of(attachment);
    }

    private static void associations(Filters.Builder<Tagged> builder, String region) {
        association(builder, "public-ip", region, InstanceNetworkInterfaceAssociation::publicIp);
        association(builder, "public-dns-name", region, InstanceNetworkInterfaceAssociation::publicDnsName);
        association(builder, "ip-owner-id", region, InstanceNetworkInterfaceAssociation::ipOwnerId);
        builder.values(
                INTERFACE + "association.allocation-id",
                i -> all(i, each -> each.publicAddresses().stream().map(address -> address.allocationId())));
        builder.values(
                INTERFACE + "association.association-id",
                i -> all(i, each -> each.publicAddresses().stream()
                        .filter(address -> address.elastic())
                        .map(address -> address.associationId())));
        builder.never(
                INTERFACE + "addresses.association.allocation-id",
                INTERFACE + "addresses.association.association-id",
                INTERFACE + "addresses.association.carrier-ip",
                INTERFACE + "addresses.association.customer-owned-ip",
                INTERFACE + "association.carrier-ip",
                INTERFACE + "association.customer-owned-ip");
    }

    /** Of the primary addresses, and of all. */
    private static void association(
            Filters.Builder<Tagged> builder,
            String field,
            String region,
            Function<InstanceNetworkInterfaceAssociation, String> read) {
        builder.values(
                INTERFACE + "association." + field,
                i -> all(i, each -> Stream.of(InterfaceAnswers.ofInstance(each, region))
                        .map(InstanceNetworkInterface::association)
                        .filter(Objects::nonNull)
                        .map(read)));
        builder.values(
                INTERFACE + "addresses.association." + field,
                i -> all(i, each -> InterfaceAnswers.ofInstance(each, region).privateIpAddresses().stream()
                        .map(InstancePrivateIpAddress::association)
                        .filter(Objects::nonNull)
                        .map(read)));
    }

    private static void each(Filters.Builder<Tagged> builder, String field, Filters.Column<InterfaceFacts> read) {
        builder.values(INTERFACE + field, i -> all(i, each -> Stream.ofNullable(read.of(each))));
    }

    private static <T> List<T> all(Tagged instance, Function<InterfaceFacts, Stream<T>> read) {
        return instance.row().interfaces.stream()
                .flatMap(read)
                .filter(Objects::nonNull)
                .toList();
    }

    private static List<String> primaryGroups(Tagged instance, Function<Group, String> read) {
        return instance.row().interfaces.stream()
                .limit(1)
                .flatMap(each -> each.groups().stream())
                .map(read)
                .toList();
    }

    private static @Nullable Object primary(Tagged instance, Filters.Column<InterfaceFacts> read) {
        var interfaces = instance.row().interfaces;
        var value = interfaces.isEmpty() ? null : read.of(interfaces.getFirst());
        return value == null ? null : whileAlive(instance, value);
    }
}
