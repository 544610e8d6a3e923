package io.coppice.cloud.compute;

import static io.coppice.cloud.compute.InstanceFilters.whileAlive;

import io.coppice.cloud.compute.InstanceFilters.Tagged;
import io.coppice.cloud.query.Filters;
import org.jspecify.annotations.Nullable;

/** The filters of DescribeInstances on the network: the instance's own fields, then those of its one interface. Pure. */
final class InstanceNetworkFilters {
    private static final String INTERFACE = "network-interface.";

    private InstanceNetworkFilters() {}

    static void add(Filters.Builder<Tagged> builder, String region) {
        instance(builder, region);
        placed(builder);
        described(builder, region);
        attached(builder);
        without(builder);
    }

    private static void instance(Filters.Builder<Tagged> builder, String region) {
        builder.value("private-ip-address", i -> of(i, InstanceNetwork::privateIp))
                .value("private-dns-name", i -> whileAlive(i, i.row().dnsName(region)))
                .value(
                        "private-dns-name-options.hostname-type",
                        i -> i.row().choices.names().hostnameType())
                .value(
                        "private-dns-name-options.enable-resource-name-dns-a-record",
                        i -> i.row().choices.ipv4Record())
                .value(
                        "private-dns-name-options.enable-resource-name-dns-aaaa-record",
                        i -> i.row().choices.ipv6Record())
                .value("instance.group-id", i -> of(i, InstanceNetwork::securityGroupId))
                .value("instance.group-name", i -> of(i, InstanceNetwork::securityGroupName))
                .value("group-id", i -> of(i, InstanceNetwork::securityGroupId))
                .value("group-name", i -> of(i, InstanceNetwork::securityGroupName))
                .value("subnet-id", i -> of(i, InstanceNetwork::subnetId))
                .value("vpc-id", i -> of(i, InstanceNetwork::vpcId))
                .value("source-dest-check", i -> i.row().options.sourceDestCheck())
                .never("dns-name", "ip-address", "ipv6-address");
    }

    private static void placed(Filters.Builder<Tagged> builder) {
        builder.value(INTERFACE + "availability-zone", i -> whileAlive(i, i.row().zone))
                .value(INTERFACE + "group-id", i -> of(i, InstanceNetwork::securityGroupId))
                .value(INTERFACE + "group-name", i -> of(i, InstanceNetwork::securityGroupName))
                .value(INTERFACE + "subnet-id", i -> of(i, InstanceNetwork::subnetId))
                .value(INTERFACE + "vpc-id", i -> of(i, InstanceNetwork::vpcId))
                .value(INTERFACE + "owner-id", i -> whileAlive(i, i.row().accountId));
    }

    private static void described(Filters.Builder<Tagged> builder, String region) {
        builder.value(INTERFACE + "network-interface-id", i -> of(i, InstanceNetwork::interfaceId))
                .value(INTERFACE + "mac-address", i -> of(i, InstanceNetwork::mac))
                .value(INTERFACE + "private-ip-address", i -> of(i, InstanceNetwork::privateIp))
                .value(
                        INTERFACE + "private-dns-name",
                        i -> whileAlive(i, i.row().dnsName(region)))
                .value(INTERFACE + "addresses.private-ip-address", i -> of(i, InstanceNetwork::privateIp))
                .value(
                        INTERFACE + "addresses.private-dns-name",
                        i -> whileAlive(i, i.row().dnsName(region)))
                .value(INTERFACE + "addresses.primary", i -> whileAlive(i, true))
                .value(INTERFACE + "description", i -> whileAlive(i, ""))
                .value(INTERFACE + "status", i -> whileAlive(i, "in-use"))
                .value(
                        INTERFACE + "source-dest-check",
                        i -> whileAlive(i, i.row().options.sourceDestCheck()))
                .value(INTERFACE + "requester-managed", i -> whileAlive(i, false))
                .value(INTERFACE + "operator.managed", i -> whileAlive(i, false))
                .value(INTERFACE + "ipv6-native", i -> whileAlive(i, false))
                .value(INTERFACE + "deny-all-igw-traffic", i -> whileAlive(i, false));
    }

    private static void attached(Filters.Builder<Tagged> builder) {
        builder.value(INTERFACE + "attachment.attach-time", i -> whileAlive(i, i.row().createdAt))
                .value(
                        INTERFACE + "attachment.attachment-id",
                        i -> whileAlive(i, InstanceAnswers.attachmentId(i.row())))
                .value(INTERFACE + "attachment.delete-on-termination", i -> whileAlive(i, true))
                .value(INTERFACE + "attachment.device-index", i -> whileAlive(i, 0))
                .value(INTERFACE + "attachment.network-card-index", i -> whileAlive(i, 0))
                .value(INTERFACE + "attachment.instance-id", i -> whileAlive(i, i.row().id))
                .value(INTERFACE + "attachment.instance-owner-id", i -> whileAlive(i, i.row().accountId))
                .value(INTERFACE + "attachment.status", i -> whileAlive(i, "attached"));
    }

    private static void without(Filters.Builder<Tagged> builder) {
        for (var owner : new String[] {"addresses.association.", "association."}) {
            for (var field : new String[] {
                "allocation-id",
                "association-id",
                "carrier-ip",
                "customer-owned-ip",
                "ip-owner-id",
                "public-dns-name",
                "public-ip"
            }) {
                builder.never(INTERFACE + owner + field);
            }
        }
        builder.never(
                INTERFACE + "ipv4-prefixes.ipv4-prefix",
                INTERFACE + "ipv6-address",
                INTERFACE + "ipv6-addresses.ipv6-address",
                INTERFACE + "ipv6-addresses.is-primary-ipv6",
                INTERFACE + "ipv6-prefixes.ipv6-prefix",
                INTERFACE + "operator.principal",
                INTERFACE + "outpost-arn",
                INTERFACE + "public-dns-name",
                INTERFACE + "requester-id",
                INTERFACE + "tag-key",
                INTERFACE + "tag-value");
    }

    private static @Nullable Object of(Tagged instance, Filters.Column<InstanceNetwork> field) {
        var value = field.of(instance.row().network);
        return value == null ? null : whileAlive(instance, value);
    }
}
