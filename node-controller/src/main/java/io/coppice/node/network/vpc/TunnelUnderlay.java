package io.coppice.node.network.vpc;

import io.coppice.proto.network.v1.Subnet;
import java.io.IOException;

/**
 * VXLAN between the hosts' addresses (RFC 7348), one tunnel for each subnet. Nothing is learned and nothing flooded: each host is told
 * behind which other one an address is, so that nobody has to hear of its coming. Source: ip-link(8), bridge(8).
 */
record TunnelUnderlay(VpcSettings settings) implements Underlay {
    private static final int TUNNEL_BYTES = 50;
    private static final int USUAL_MTU = 1500;
    private static final String LOOPBACK = "lo";

    /** Tunnels need nothing in common. */
    @Override
    public void ensure(Namespace host) {}

    @Override
    public void remove(Namespace host) {}

    @Override
    public int guestMtu(Namespace host) throws IOException {
        for (var link : host.askIp("addr show to " + settings.underlayAddress()).getFirst()) {
            var isLoopback = link.path("ifname").asText().equals(LOOPBACK);
            return isLoopback ? USUAL_MTU : link.path("mtu").asInt() - TUNNEL_BYTES;
        }
        throw new IOException(
                "this host does not have the address %s that other hosts should find it by: set coppice.node.network.underlay-address"
                        .formatted(settings.underlayAddress()));
    }

    @Override
    public void join(VpcView view, Subnet subnet, Plan plan) {
        plan.add(Setting.tunnel(
                VpcView.tunnel(subnet),
                view.namespace(),
                subnet.getVni(),
                settings.underlayAddress(),
                settings.vxlanPort()));
    }

    @Override
    public void carry(Subnet subnet, String mac, String host, Plan plan) {
        plan.add(Setting.carried(mac, VpcView.tunnel(subnet), host));
    }
}
