package io.coppice.node.network.vpc;

import io.coppice.proto.network.v1.Subnet;
import java.io.IOException;

/**
 * A subnet's cable from its VPC's namespace to the host's trunk, where the site's wire is plugged in. What is routed leaves it with a
 * hardware address that only this host has: the router's own is the same on every host, and the site's switches would see it jump.
 */
final class TrunkCable {
    private static final int USUAL_MTU = 1500;

    private TrunkCable() {}

    /** Plans the cable; its host's end is up, and plugged in nowhere. The name of that end. */
    static String plan(VpcView view, Subnet subnet, Plan plan) {
        var settings = view.settings();
        var port = settings.pairDevice('s', subnet.getSubnetId());
        plan.add(Setting.pair(
                VpcView.tunnel(subnet),
                mac(settings, subnet),
                port,
                VpcSettings.macOf("trunk port %s %s".formatted(settings.nodeId(), subnet.getSubnetId())),
                view.namespace()));
        plan.add(Setting.onHost(
                "trunk " + subnet.getSubnetId(), "link set dev %s mtu %d up".formatted(port, view.mtu())));
        return port;
    }

    /** The sender of what this host routes into the subnet, as the site's switches see it. */
    static String mac(VpcSettings settings, Subnet subnet) {
        return VpcSettings.macOf("trunk %s %s".formatted(settings.nodeId(), subnet.getSubnetId()));
    }

    /** Bytes of a packet that the wire takes. */
    static int mtu(VpcSettings settings, Namespace host) throws IOException {
        if (settings.trunk().device().isEmpty()) {
            return USUAL_MTU;
        }
        var device = settings.trunk().device().get();
        for (var link : host.askIp("link show dev " + device).getFirst()) {
            return link.path("mtu").asInt();
        }
        throw new IOException("this host has no device " + device + ": set coppice.node.network.trunk");
    }

    /**
     * Sends one frame that asks nobody (an address probe of RFC 5227) with the guest's hardware address, from a cable that is there
     * for that only.
     */
    static void probe(VpcSettings settings, Namespace host, String mac, String address, Plug plug) throws IOException {
        var sender = settings.pairDevice('a', mac);
        var port = settings.pairDevice('t', mac);
        host.ipAsFarAsPossible("link delete dev %s\n".formatted(sender));
        host.ip(
                "link add %1$s address %2$s type veth peer name %3$s\nlink set dev %1$s addrgenmode none up\nlink set dev %3$s addrgenmode none up\n"
                        .formatted(sender, mac, port));
        try {
            plug.in(port);
            host.execute("arping", "-D", "-c", "1", "-w", "1", "-I", sender, address);
        } finally {
            plug.out(port);
            host.ipAsFarAsPossible("link delete dev %s\n".formatted(sender));
        }
    }

    /** How a device is plugged into the trunk, and taken out. */
    interface Plug {
        void in(String device) throws IOException;

        void out(String device) throws IOException;
    }
}
