package io.coppice.node.network.vpc;

import io.coppice.proto.network.v1.Subnet;
import java.io.IOException;
import java.util.HashSet;
import java.util.stream.Collectors;

/**
 * A VLAN for each subnet (IEEE 802.1Q): subnets are plugged into access ports of a bridge of Open vSwitch, whose trunk port is the site's
 * device. The tag is the subnet's number. Source: ovs-vsctl(8), ovs-vswitchd.conf.db(5).
 */
record VlanUnderlay(VpcSettings settings) implements Underlay {
    private static final int LIMIT_SECONDS = 10;

    @Override
    public void ensure(Namespace host) throws IOException {
        var bridge = settings.trunkBridge();
        var trunk = settings.trunk();
        ovs(
                host,
                "-- --may-exist add-br %1$s -- set bridge %1$s datapath_type=%2$s".formatted(bridge, trunk.datapath()));
        if (trunk.device().isPresent()) {
            var device = trunk.device().get();
            host.ip("link set dev %s up\n".formatted(device));
            ovs(host, "-- --may-exist add-port %s %s".formatted(bridge, device));
        }
        removeUnplugged(host);
    }

    /** Ports outlive their devices in the database. */
    private void removeUnplugged(Namespace host) throws IOException {
        var devices = new HashSet<String>();
        host.askIp("link show")
                .getFirst()
                .forEach(link -> devices.add(link.path("ifname").asText()));
        var gone = host.run("ovs-vsctl", database(), "list-ports", settings.trunkBridge())
                .lines()
                .filter(port -> port.startsWith(settings.pairPrefix()) && !devices.contains(port))
                .map(port -> "-- --if-exists del-port " + port)
                .collect(Collectors.joining(" "));
        if (!gone.isEmpty()) {
            ovs(host, gone);
        }
    }

    @Override
    public void remove(Namespace host) throws IOException {
        ovs(host, "-- --if-exists del-br " + settings.trunkBridge());
    }

    @Override
    public int guestMtu(Namespace host) throws IOException {
        return TrunkCable.mtu(settings, host);
    }

    @Override
    public void join(VpcView view, Subnet subnet, Plan plan) {
        var port = TrunkCable.plan(view, subnet, plan);
        plan.add(Setting.onSwitch(
                "access " + subnet.getSubnetId(),
                options(accessPort(port, subnet)),
                options("-- --if-exists del-port " + port)));
    }

    private String accessPort(String port, Subnet subnet) {
        return "-- --may-exist add-port %1$s %2$s -- set port %2$s vlan_mode=access tag=%3$d"
                .formatted(settings.trunkBridge(), port, subnet.getVni());
    }

    /** The site's switches find the host. */
    @Override
    public void carry(Subnet subnet, String mac, String host, Plan plan) {}

    private void ovs(Namespace host, String commands) throws IOException {
        host.ovs(options(commands) + "\n");
    }

    private String options(String commands) {
        return "%s --timeout=%d %s".formatted(database(), LIMIT_SECONDS, commands);
    }

    private String database() {
        return "--db=" + settings.trunk().database();
    }
}
