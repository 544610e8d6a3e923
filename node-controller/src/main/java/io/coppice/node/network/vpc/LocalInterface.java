package io.coppice.node.network.vpc;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.network.MetadataEntry.Reach;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * An interface of a guest on this host.
 *
 * @param tap the guest's device
 * @param plugged whether the device was seen in the VPC's namespace
 * @param numbers the addresses on this host that stand for the private ones and for the assigned ones of IPv6, by those
 * @param reach how the metadata service is reached
 * @param arriving whether its guest still runs on another host, which sends it here
 */
public record LocalInterface(
        InstanceId instance,
        String tap,
        NetworkEndpoint endpoint,
        boolean plugged,
        Map<String, String> numbers,
        Reach reach,
        boolean arriving) {

    /** Before its device is there. */
    static LocalInterface of(InstanceId instance, NetworkEndpoint endpoint, Map<String, String> numbers) {
        return new LocalInterface(
                instance, tapOf(endpoint.getNetworkInterfaceId()), endpoint, false, numbers, Reach.USUAL, false);
    }

    /** Always the same for the same interface, so that repairs and restarts find it again. */
    private static String tapOf(String interfaceId) {
        return "vm" + VpcSettings.digest(interfaceId).substring(0, 12);
    }

    LocalInterface withEndpoint(NetworkEndpoint now, Map<String, String> nowNumbers) {
        return new LocalInterface(instance, tap, now, plugged, nowNumbers, reach, arriving);
    }

    public LocalInterface withPlugged(boolean now) {
        return new LocalInterface(instance, tap, endpoint, now, numbers, reach, arriving);
    }

    public LocalInterface withReach(Reach now) {
        return new LocalInterface(instance, tap, endpoint, plugged, numbers, now, arriving);
    }

    public LocalInterface withArriving(boolean now) {
        return new LocalInterface(instance, tap, endpoint, plugged, numbers, reach, now);
    }

    public List<String> addresses() {
        return VpcMessages.addresses(endpoint);
    }

    /** Every IPv6 address, the link-local one first; none without others. */
    List<String> ipv6() {
        return VpcMessages.ipv6(endpoint.getMac(), endpoint.getIpv6List());
    }

    /** Its IPv6 addresses without the link-local one. */
    public List<String> assignedIpv6() {
        return ipv6().stream().skip(1).toList();
    }

    /** What stands for one of its addresses, of {@link #addresses} or {@link #assignedIpv6}. */
    public String number(String address) {
        return Objects.requireNonNull(numbers.get(address), address);
    }
}
