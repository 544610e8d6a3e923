package io.coppice.cloud.network.networkinterface;

import io.coppice.cloud.network.InterfaceChoice;
import io.coppice.cloud.network.address.PublicAddress;
import io.coppice.cloud.network.address.PublicAddresses;
import io.coppice.cloud.network.group.SecurityGroups.Group;
import io.coppice.cloud.network.networkinterface.InterfaceFacts.Attachment;
import io.coppice.cloud.store.PlainSql;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What network interfaces have in tables other than their own, in four queries that are sent together, whatever their number.
 *
 * @param privateIps by interface, the primary one first; as all of these complete once the statements were run
 */
record InterfaceParts(
        Map<String, List<String>> privateIps,
        Map<String, List<String>> ipv6,
        Map<String, List<Group>> groups,
        Map<String, List<PublicAddress>> publicAddresses) {

    /** Adds the queries to those that are sent together. */
    static InterfaceParts of(PlainSql.Together together, InterfaceChoice choice) {
        return new InterfaceParts(
                SubnetAddresses.of(together, choice),
                Ipv6Addresses.of(together, choice),
                InterfaceGroups.of(together, choice),
                PublicAddresses.of(together, choice));
    }

    /**
     * Whether the interface of a row is still there: each query sees the moment at which it begins, and one that goes between
     * two has no address any more.
     */
    boolean areThereOf(InterfaceRow row) {
        return privateIps.containsKey(row.id);
    }

    /** The interface of a row with its parts. */
    InterfaceFacts with(InterfaceRow row) {
        return new InterfaceFacts(
                row.id,
                row.accountId,
                row.vpcId,
                row.subnetId,
                row.zone,
                row.mac,
                row.description,
                row.sourceDestCheck,
                row.kind,
                row.requesterId,
                groups.getOrDefault(row.id, List.of()),
                privateIps.getOrDefault(row.id, List.of()),
                ipv6.getOrDefault(row.id, List.of()),
                publicAddresses.getOrDefault(row.id, List.of()),
                attachment(row));
    }

    private static @Nullable Attachment attachment(InterfaceRow row) {
        return row.attachmentId == null || row.attachedAt == null
                ? null
                : new Attachment(
                        row.attachmentId, row.instanceId, row.deviceIndex, row.attachedAt, row.deleteOnTermination);
    }
}
