package io.coppice.cloud.network.networkinterface;

import io.coppice.cloud.network.address.PublicAddress;
import io.coppice.cloud.network.group.SecurityGroups.Group;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A network interface with everything that belongs to it.
 *
 * @param mac lower case, colon separated
 * @param privateIps IPv4, the primary one first
 * @param publicAddresses that stand for its private ones
 * @param attachment null when no instance has it
 */
public record InterfaceFacts(
        String id,
        String accountId,
        String vpcId,
        String subnetId,
        String zone,
        String mac,
        String description,
        boolean sourceDestCheck,
        String kind,
        @Nullable String requesterId,
        List<Group> groups,
        List<String> privateIps,
        List<String> ipv6,
        List<PublicAddress> publicAddresses,
        @Nullable Attachment attachment) {
    /** Keeps its own copies. */
    public InterfaceFacts {
        groups = List.copyOf(groups);
        privateIps = List.copyOf(privateIps);
        ipv6 = List.copyOf(ipv6);
        publicAddresses = List.copyOf(publicAddresses);
    }

    /** Where it is attached. */
    public record Attachment(
            String id, @Nullable String instanceId, int deviceIndex, Instant at, boolean deleteOnTermination) {}

    /** The primary private address. */
    public String primaryIp() {
        return privateIps.getFirst();
    }

    /** The public address that stands for a private one. */
    public Optional<PublicAddress> publicFor(String privateIp) {
        return publicAddresses.stream()
                .filter(each -> privateIp.equals(each.privateIp()))
                .findFirst();
    }

    /** The private DNS name of one of its addresses within a region, for example {@code ip-10-0-0-5.us-east-1.internal}. */
    public static String privateDnsName(String privateIp, String region) {
        return "ip-" + privateIp.replace('.', '-') + "." + region + ".internal";
    }

    /** The index it is attached at; 0 when it is not. */
    public int deviceIndex() {
        return attachment == null ? 0 : attachment.deviceIndex();
    }
}
