package io.coppice.node.network.vpc;

import io.coppice.proto.network.v1.NatGateway;
import io.coppice.proto.network.v1.Subnet;
import java.util.Map;

/**
 * Plans a VPC's segments: a bridge per subnet, its device to the other hosts, and where each interface is. Nothing is
 * learned and nothing flooded: bridges answer for the neighbours on other hosts, which were told to them. Source: ip-link(8), bridge(8).
 */
final class Segments {
    private static final int HOST_PREFIX = 32;

    private final VpcView view;
    private final Plan plan;
    private final Underlay underlay;
    private final Map<String, Subnet> subnets;

    private Segments(VpcView view, Plan plan) {
        this.view = view;
        this.plan = plan;
        this.underlay = Underlay.of(view.settings());
        this.subnets = view.subnetsById();
    }

    static void plan(VpcView view, Plan plan) {
        var segments = new Segments(view, plan);
        segments.services();
        view.subnets().forEach(segments::segment);
        view.faces().values().forEach(segments::face);
        view.locals().stream().filter(LocalInterface::plugged).forEach(segments::port);
        view.vpc().getNatGatewaysList().forEach(segments::natGateway);
    }

    private void services() {
        var mac = VpcSettings.macOf("services " + view.vpc().getVpcId());
        plan.add(Setting.bridge(VpcView.SERVICES, mac));
        plan.add(Setting.up(VpcView.SERVICES, view.mtu()));
        plan.add(Setting.address(VpcView.SERVICES, VpcView.METADATA_ADDRESS, HOST_PREFIX));
        plan.add(Setting.address(VpcView.SERVICES, VpcView.LINK_RESOLVER, HOST_PREFIX));
        plan.add(Setting.address(VpcView.SERVICES, view.resolver(), HOST_PREFIX));
    }

    private void segment(Subnet subnet) {
        var bridge = VpcView.bridge(subnet);
        var tunnel = VpcView.tunnel(subnet);
        plan.add(Setting.bridge(bridge, VpcView.routerMac(subnet)));
        underlay.join(view, subnet, plan);
        plan.add(Setting.port(tunnel, bridge));
        plan.add(Setting.quiet(tunnel));
        plan.add(Setting.up(bridge, view.mtu()));
        plan.add(Setting.up(tunnel, view.mtu()));
        plan.add(Setting.address(
                bridge,
                VpcView.router(subnet),
                Cidr.parse(subnet.getCidrBlock()).prefixLength()));
    }

    private void face(Face face) {
        var subnet = subnets.get(face.subnetId());
        if (subnet == null) {
            return;
        }
        face.addresses().forEach(address -> plan.add(Setting.neighbour(VpcView.bridge(subnet), address, face.mac())));
        if (!face.isHere()) {
            elsewhere(subnet, face.mac(), face.host());
        }
    }

    private void elsewhere(Subnet subnet, String mac, String host) {
        plan.add(Setting.behind(mac, VpcView.tunnel(subnet)));
        underlay.carry(subnet, mac, host, plan);
    }

    private void port(LocalInterface local) {
        var subnet = subnets.get(local.endpoint().getSubnetId());
        if (subnet != null) {
            port(local.tap(), subnet);
            if (!local.arriving()) {
                plan.add(Setting.behind(local.endpoint().getMac(), local.tap()));
            }
            if (local.endpoint().getBandwidthMbit() > 0) {
                plan.add(Setting.shaped(local.tap(), local.endpoint().getBandwidthMbit()));
            }
        }
    }

    private void port(String device, Subnet subnet) {
        plan.add(Setting.port(device, VpcView.bridge(subnet)));
        plan.add(Setting.up(device, view.mtu()));
        plan.add(Setting.served(device));
    }

    /** A NAT gateway is a neighbour like a guest, wherever it is. */
    private void natGateway(NatGateway gateway) {
        var subnet = subnets.get(gateway.getSubnetId());
        var host = view.hostOf(gateway);
        if (subnet == null || host.isEmpty()) {
            return;
        }
        plan.add(Setting.neighbour(VpcView.bridge(subnet), gateway.getPrivateIpv4(), VpcView.mac(gateway)));
        if (!host.get().isEmpty()) {
            elsewhere(subnet, VpcView.mac(gateway), host.get());
            return;
        }
        var port = NatNamespace.port(gateway);
        plan.add(Setting.pair(
                port,
                VpcSettings.macOf("port " + port),
                NatNamespace.INSIDE + " netns " + NatNamespace.name(view.settings(), gateway),
                VpcView.mac(gateway),
                view.namespace()));
        port(port, subnet);
        plan.add(Setting.behind(VpcView.mac(gateway), port));
    }
}
