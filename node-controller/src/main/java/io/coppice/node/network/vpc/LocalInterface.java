package io.coppice.node.network.vpc;

import io.coppice.foundation.id.InstanceId;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import java.util.List;

/**
 * An interface of a guest on this host.
 *
 * @param tap the guest's device
 * @param plugged whether the device was seen in the VPC's namespace
 * @param numbers the addresses on this host that stand for the private ones, in their order
 * @param hopLimit hops that answers of the metadata service may travel, 1 to 64
 * @param arriving whether its guest still runs on another host, which sends it here
 */
record LocalInterface(
        InstanceId instance,
        String tap,
        NetworkEndpoint endpoint,
        boolean plugged,
        List<String> numbers,
        int hopLimit,
        boolean arriving) {
    static final int DEFAULT_HOP_LIMIT = 1;

    /** Before its device is there. */
    static LocalInterface of(InstanceId instance, NetworkEndpoint endpoint, List<String> numbers) {
        return new LocalInterface(
                instance, tapOf(endpoint.getNetworkInterfaceId()), endpoint, false, numbers, DEFAULT_HOP_LIMIT, false);
    }

    /** Always the same for the same interface, so that repairs and restarts find it again. */
    private static String tapOf(String interfaceId) {
        return "vm" + VpcSettings.digest(interfaceId).substring(0, 12);
    }

    LocalInterface withEndpoint(NetworkEndpoint now, List<String> nowNumbers) {
        return new LocalInterface(instance, tap, now, plugged, nowNumbers, hopLimit, arriving);
    }

    LocalInterface withPlugged(boolean now) {
        return new LocalInterface(instance, tap, endpoint, now, numbers, hopLimit, arriving);
    }

    LocalInterface withHopLimit(int now) {
        return new LocalInterface(instance, tap, endpoint, plugged, numbers, now, arriving);
    }

    LocalInterface withArriving(boolean now) {
        return new LocalInterface(instance, tap, endpoint, plugged, numbers, hopLimit, now);
    }

    List<String> addresses() {
        return VpcMessages.addresses(endpoint);
    }

    /** Every IPv6 address, the link-local one first; none without others. */
    List<String> ipv6() {
        return VpcMessages.ipv6(endpoint.getMac(), endpoint.getIpv6List());
    }
}
