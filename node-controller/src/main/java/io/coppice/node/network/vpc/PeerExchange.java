package io.coppice.node.network.vpc;

import io.coppice.node.command.CommandRunner;
import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Where the VPCs of this host that are peered meet: a bridge in a namespace of its own, with one cable of each of them and no way
 * to anywhere else. It is there while a VPC is. Guests never reach it: only routers of VPCs have a port, each with a hardware
 * address by which the others know it. Thread-safe.
 */
final class PeerExchange {
    private static final String BRIDGE = "br0";
    /** Frames between VPCs whose ranges overlap must not meet in one connection tracker. */
    private static final Map<String, String> KERNEL = Map.of(
            "net.bridge.bridge-nf-call-iptables", "0",
            "net.bridge.bridge-nf-call-ip6tables", "0",
            "net.ipv6.conf.all.disable_ipv6", "1");

    private final Namespace inside;
    private final Set<String> members = new HashSet<>();

    PeerExchange(CommandRunner commands, VpcSettings settings) {
        this.inside = Namespace.named(commands, nameOf(settings));
    }

    static String nameOf(VpcSettings settings) {
        return settings.bridge() + "-peers";
    }

    /** Makes it, before the VPC's cable is made into it. Safe to repeat. */
    synchronized void join(String vpcId) throws IOException {
        var joined = members.add(vpcId);
        if (!inside.exists() || (joined && !hasBridge())) {
            inside.ensure();
            inside.sysctl(KERNEL);
            inside.ip("link add %1$s type bridge mcast_snooping 0\nlink set dev %1$s up\n".formatted(BRIDGE));
        }
    }

    private boolean hasBridge() throws IOException {
        return inside.execute("ip", "link", "show", "dev", BRIDGE).succeeded();
    }

    /** Plugs the exchange's end of a VPC's cable in. Safe to repeat. */
    synchronized void plugIn(String port) throws IOException {
        inside.ip("link set dev %s master %s up\n".formatted(port, BRIDGE));
    }

    /** The VPC is peered with nobody here any more. */
    synchronized void leave(String vpcId) throws IOException {
        if (members.remove(vpcId)) {
            removeIfUnused();
        }
    }

    /** Removes what an earlier process left and nobody needs. */
    synchronized void removeIfUnused() throws IOException {
        if (members.isEmpty()) {
            inside.remove();
        }
    }
}
