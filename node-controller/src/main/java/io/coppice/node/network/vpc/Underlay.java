package io.coppice.node.network.vpc;

import io.coppice.proto.network.v1.Subnet;
import java.io.IOException;

/**
 * What joins the parts of a subnet that are on different hosts. In every VPC's namespace each of its subnets has a device
 * ({@link VpcView#tunnel}) behind which other hosts are; what happens to a frame there is this one's to say. Thread-safe.
 */
sealed interface Underlay permits TunnelUnderlay, VlanUnderlay, LanUnderlay {
    /** That of a host with these settings. */
    static Underlay of(VpcSettings settings) {
        return switch (settings.trunk().kind()) {
            case TUNNELS -> new TunnelUnderlay(settings);
            case VLANS -> new VlanUnderlay(settings);
            case LAN -> new LanUnderlay(settings);
        };
    }

    /** Makes what all subnets of this host share. Safe to repeat. */
    void ensure(Namespace host) throws IOException;

    /** Takes back what {@link #ensure} made. */
    void remove(Namespace host) throws IOException;

    /** Bytes of a guest's packet that reach other hosts in one piece. */
    int guestMtu(Namespace host) throws IOException;

    /** Plans the subnet's device, without plugging it in. */
    void join(VpcView view, Subnet subnet, Plan plan);

    /** Plans by which host frames for this address go, which leave by the subnet's device. */
    void carry(Subnet subnet, String mac, String host, Plan plan);
}
