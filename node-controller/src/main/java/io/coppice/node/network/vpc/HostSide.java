package io.coppice.node.network.vpc;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What all VPCs of this host share in the host's own namespace: the bridge of the public network, the address of the metadata
 * service, the way to other hosts, and rules for the cables. Not thread-safe.
 */
public final class HostSide {
    private static final Path BRIDGE_RULES = Path.of("/proc/sys/net/bridge");
    private static final Path TRACKER = Path.of("/proc/sys/net/netfilter");
    private static final Path IPV6 = Path.of("/proc/sys/net/ipv6");
    private static final String LOOPBACK = "lo";

    private final VpcSettings settings;
    private final Namespace host;
    private final Underlay underlay;
    /** Whether the public network is on the bridge, or elsewhere and not this one's to make. */
    private final boolean hasPublicNetwork;

    private @Nullable String shown;

    HostSide(VpcSettings settings, Namespace host, Underlay underlay) {
        this(settings, host, underlay, true);
    }

    private HostSide(VpcSettings settings, Namespace host, Underlay underlay, boolean hasPublicNetwork) {
        this.settings = settings;
        this.host = host;
        this.underlay = underlay;
        this.hasPublicNetwork = hasPublicNetwork;
    }

    /** For engines that leave to the host nothing but the metadata service, and the way of VPCs' resolvers to the host's. */
    public static HostSide ofServices(VpcSettings settings, Namespace host) {
        return new HostSide(settings, host, new TunnelUnderlay(settings), false);
    }

    /** Makes what is missing and replaces the rules. */
    public void start() throws IOException {
        loadModules();
        ensureBridge();
        underlay.ensure(host);
        loadRules();
    }

    /** Makes what is missing; the rules only when somebody changed them. */
    public void repair() throws IOException {
        ensureBridge();
        underlay.ensure(host);
        if (shown == null || !shown.equals(show())) {
            loadRules();
        }
    }

    /** Bridged packets meet the rules, and connections are tracked, by modules that nothing else may have asked for yet. */
    private void loadModules() throws IOException {
        if (!hasPublicNetwork) {
            return;
        }
        if (!Files.isDirectory(BRIDGE_RULES)) {
            host.execute("modprobe", "br_netfilter");
        }
        if (!Files.isDirectory(TRACKER)) {
            host.execute("modprobe", "nf_conntrack");
        }
        if (!Files.isDirectory(BRIDGE_RULES)) {
            throw new IOException("the kernel has no br_netfilter, without which bridged packets meet no rules");
        }
    }

    private void ensureBridge() throws IOException {
        var bridge = settings.bridge();
        if (!host.execute("ip", "link", "show", "dev", bridge).succeeded()) {
            host.ip("link add name %s address %s type bridge mcast_snooping 0\n"
                    .formatted(bridge, VpcSettings.macOf("public bridge %s %s".formatted(settings.nodeId(), bridge))));
        }
        var lines = new StringBuilder("link set dev %s up\n".formatted(bridge));
        lines.append("addr replace %s/32 dev %s\n".formatted(settings.metadataAddress(), bridge));
        if (isGateway()) {
            lines.append("addr replace %s/%d dev %s\n"
                    .formatted(settings.publicGateway(), settings.publicRange().prefixLength(), bridge));
        }
        if (hasPublicNetwork) {
            if (settings.publicAccess() == PublicAccess.ELSEWHERE) {
                leavePublicNetwork();
            }
            settings.uplink()
                    .ifPresent(uplink -> lines.append("link set dev %s master %s up\n".formatted(uplink, bridge)));
        }
        if (hasIpv6()) {
            allowIpv6();
            // Nothing that the host itself sends is to come from there.
            lines.append("addr replace %s/%d dev %s nodad preferred_lft 0\n"
                    .formatted(settings.metadataAddressIpv6(), Ipv6.HOST_PREFIX, bridge));
        }
        host.ip(lines.toString());
        host.sysctl(Map.of("net.ipv4.ip_forward", "1"));
    }

    /** Of a host that reached it by itself before: what has a way to it must not also have one by a tunnel, or frames go in circles. */
    private void leavePublicNetwork() throws IOException {
        var bridge = settings.bridge();
        var address = settings.publicGateway() + "/" + settings.publicRange().prefixLength();
        host.ipAsFarAsPossible("addr del %s dev %s\n".formatted(address, bridge));
        for (var port : host.askIp("link show master " + bridge).getFirst()) {
            var name = port.path("ifname").asText();
            if (!name.startsWith(settings.pairPrefix()) && !name.equals(settings.publicTunnel())) {
                host.ip("link set dev %s nomaster\n".formatted(name));
            }
        }
    }

    private boolean isGateway() {
        return hasPublicNetwork && settings.hostIsGateway();
    }

    /** Whether the kernel knows IPv6. */
    boolean hasIpv6() {
        return Files.isDirectory(IPV6);
    }

    /** Where IPv6 is switched off on the host, the bridge has nothing but what it is given. */
    private void allowIpv6() throws IOException {
        var folder = "net/ipv6/conf/%s/".formatted(settings.bridge());
        if (host.run("sysctl", "-n", folder + "disable_ipv6").strip().equals("1")) {
            host.sysctl(List.of(folder + "addr_gen_mode=1", folder + "accept_ra=0", folder + "disable_ipv6=0"));
        }
    }

    private void loadRules() throws IOException {
        host.nft(rules().whole());
        shown = show();
    }

    private String show() throws IOException {
        return host.execute("nft", "-s", "list", "table", "inet", settings.bridge())
                .output();
    }

    private Ruleset rules() {
        var cables = "\"" + settings.pairPrefix() + "m*\"";
        var toOutside = new ArrayList<>(
                List.of("ip saddr %s oifname != %s masquerade".formatted(settings.linkRange(), cables)));
        if (isGateway()) {
            toOutside.add("ip saddr %1$s ip daddr != %1$s masquerade".formatted(settings.publicRange()));
        }
        return Ruleset.builder("inet", settings.bridge())
                .baseChain(
                        "to_host",
                        "type filter hook input priority 0; policy accept",
                        List.of(
                                "iifname %s ip daddr %s tcp dport %d accept"
                                        .formatted(cables, settings.metadataAddress(), settings.metadataPort()),
                                "iifname %s ip6 daddr %s tcp dport %d accept"
                                        .formatted(cables, settings.metadataAddressIpv6(), settings.metadataPort()),
                                "iifname %s drop".formatted(cables),
                                "iifname != \"%s\" ip6 daddr %s drop"
                                        .formatted(LOOPBACK, settings.metadataAddressIpv6()),
                                "iifname \"%s\" ip daddr 169.254.0.0/16 drop".formatted(settings.bridge())))
                .baseChain(
                        "through",
                        "type filter hook forward priority 0; policy accept",
                        List.of(
                                "iifname %s udp dport 53 accept".formatted(cables),
                                "iifname %s tcp dport 53 accept".formatted(cables),
                                "iifname %s drop".formatted(cables),
                                "oifname %s ct state established,related accept".formatted(cables),
                                "oifname %s drop".formatted(cables)))
                .baseChain("tunnels_out", "type filter hook output priority raw; policy accept", List.of(untracked()))
                .baseChain(
                        "tunnels_in", "type filter hook prerouting priority raw; policy accept", List.of(untracked()))
                .baseChain("translate_source", "type nat hook postrouting priority srcnat; policy accept", toOutside)
                .build();
    }

    /** Tunnels are no connections: what they carry is tracked in its VPC. */
    private String untracked() {
        return "udp dport %d notrack".formatted(settings.vxlanPort());
    }

    /** Removes what {@link #start} made; the uplink is only unplugged. */
    public void remove() throws IOException {
        var table = settings.bridge();
        host.nft("add table inet %1$s\ndelete table inet %1$s\n".formatted(table));
        if (host.execute("ip", "link", "show", "dev", table).succeeded()) {
            host.ip("link delete dev %s type bridge\n".formatted(table));
        }
        underlay.remove(host);
    }
}
