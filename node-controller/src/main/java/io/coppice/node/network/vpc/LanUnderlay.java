package io.coppice.node.network.vpc;

import io.coppice.proto.network.v1.Subnet;
import java.io.IOException;

/**
 * The site's own network without tags: all subnets of all VPCs leave through one bridge that the site's device is plugged into, an
 * ordinary switch. It learns where addresses are from what is sent, and what it floods meets only who is addressed. Source: ip-link(8).
 */
record LanUnderlay(VpcSettings settings) implements Underlay {
    @Override
    public void ensure(Namespace host) throws IOException {
        var bridge = settings.trunkBridge();
        if (!host.execute("ip", "link", "show", "dev", bridge).succeeded()) {
            host.ip("link add name %s address %s type bridge mcast_snooping 0\n"
                    .formatted(bridge, VpcSettings.macOf("trunk bridge %s %s".formatted(settings.nodeId(), bridge))));
        }
        // Of a bridge that hosts have no address on.
        var lines = new StringBuilder("link set dev %s addrgenmode none up\n".formatted(bridge));
        settings.trunk()
                .device()
                .ifPresent(device -> lines.append("link set dev %s master %s up\n".formatted(device, bridge)));
        host.ip(lines.toString());
    }

    @Override
    public void remove(Namespace host) throws IOException {
        var bridge = settings.trunkBridge();
        if (host.execute("ip", "link", "show", "dev", bridge).succeeded()) {
            host.ip("link delete dev %s type bridge\n".formatted(bridge));
        }
    }

    @Override
    public int guestMtu(Namespace host) throws IOException {
        return TrunkCable.mtu(settings, host);
    }

    @Override
    public void join(VpcView view, Subnet subnet, Plan plan) {
        var port = TrunkCable.plan(view, subnet, plan);
        plan.add(Setting.onHost(
                "plugged " + subnet.getSubnetId(),
                "link set dev %s master %s".formatted(port, settings.trunkBridge())));
    }

    /** The site's switches find the host. */
    @Override
    public void carry(Subnet subnet, String mac, String host, Plan plan) {}
}
