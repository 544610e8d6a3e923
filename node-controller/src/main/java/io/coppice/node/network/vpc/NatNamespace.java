package io.coppice.node.network.vpc;

import io.coppice.node.command.CommandRunner;
import io.coppice.proto.network.v1.NatGateway;
import io.coppice.proto.network.v1.Subnet;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/**
 * A NAT gateway on the host that carries it: a namespace of its own beside the VPC's, with a cable into its subnet and one into
 * the public network. A flow passes the VPC's connection tracker and then this one's, so neither is confused by the other.
 */
final class NatNamespace {
    static final String INSIDE = "in0";
    private static final String OUTSIDE = VpcView.PUBLIC;
    private static final int PUBLIC_MTU = 1500;

    private NatNamespace() {}

    static String name(VpcSettings settings, NatGateway gateway) {
        return "%s-%s".formatted(settings.bridge(), gateway.getNatGatewayId());
    }

    /** The gateway's port in its subnet's bridge. */
    static String port(NatGateway gateway) {
        return "n" + VpcSettings.digest(gateway.getNatGatewayId()).substring(0, 12);
    }

    /** Of its end of the cable to the public network; different on every host. */
    static String publicMac(VpcSettings settings, NatGateway gateway) {
        return Cables.publicMac(settings, gateway.getNatGatewayId());
    }

    /** Makes the namespace before the VPC's end of the cable is made into it. */
    static void prepare(CommandRunner commands, VpcSettings settings, NatGateway gateway) throws IOException {
        var namespace = Namespace.named(commands, name(settings, gateway));
        if (namespace.ensure()) {
            namespace.sysctl(Map.of("net.ipv4.ip_forward", "1", "net.ipv4.conf.all.rp_filter", "0"));
        }
    }

    /** Puts everything in it right; the cable to the subnet must be there. Safe to repeat. */
    static void complete(CommandRunner commands, VpcView view, NatGateway gateway, Subnet subnet) throws IOException {
        var settings = view.settings();
        var inside = Namespace.named(commands, name(settings, gateway));
        var host = Namespace.host(commands, settings.hostNamespace());
        var hostDevice = settings.pairDevice('n', gateway.getNatGatewayId());
        var mac = publicMac(settings, gateway);
        if (!inside.execute("ip", "link", "show", "dev", OUTSIDE).succeeded()) {
            host.ip("link add %s type veth peer name %s address %s netns %s\n"
                    .formatted(hostDevice, OUTSIDE, mac, inside.name()));
        }
        host.ip("link set dev %s master %s up\n".formatted(hostDevice, settings.bridge()));
        var lines = new StringBuilder("link set dev %s mtu %d up\nlink set dev %s mtu %d up\n"
                .formatted(INSIDE, view.mtu(), OUTSIDE, PUBLIC_MTU));
        lines.append("addr replace %s/32 dev %s\n".formatted(gateway.getPrivateIpv4(), INSIDE));
        lines.append("addr replace %s/32 dev %s\n".formatted(gateway.getPublicIpv4(), OUTSIDE));
        lines.append("route replace default via %s dev %s onlink\n".formatted(settings.publicGateway(), OUTSIDE));
        lines.append("neigh replace %s lladdr %s dev %s nud permanent\n"
                .formatted(VpcView.router(subnet), VpcView.routerMac(subnet), INSIDE));
        view.vpc()
                .getCidrBlocksList()
                .forEach(range -> lines.append(
                        "route replace %s via %s dev %s onlink\n".formatted(range, VpcView.router(subnet), INSIDE)));
        inside.ip(lines.toString());
        inside.nft(rules(view, gateway).whole());
    }

    private static Ruleset rules(VpcView view, NatGateway gateway) {
        var insiders = view.vpc().getCidrBlocksList();
        return Ruleset.builder("inet", "nat_gateway")
                .baseChain(
                        "router",
                        "type filter hook input priority 0; policy drop",
                        List.of("ct state established,related accept"))
                .baseChain(
                        "through",
                        "type filter hook forward priority 0; policy drop",
                        List.of(
                                "ct state established,related accept",
                                "iifname \"%s\" oifname \"%s\" ip saddr { %s } accept"
                                        .formatted(INSIDE, OUTSIDE, String.join(", ", insiders))))
                .baseChain(
                        "translate_source",
                        "type nat hook postrouting priority srcnat; policy accept",
                        List.of("oifname \"%s\" snat ip to %s".formatted(OUTSIDE, gateway.getPublicIpv4())))
                .build();
    }
}
