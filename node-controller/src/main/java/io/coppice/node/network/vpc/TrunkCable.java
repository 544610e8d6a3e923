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
}
