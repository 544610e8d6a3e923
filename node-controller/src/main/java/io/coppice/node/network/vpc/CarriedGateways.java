package io.coppice.node.network.vpc;

import io.coppice.node.command.CommandRunner;
import io.coppice.proto.network.v1.NatGateway;
import io.coppice.proto.network.v1.Subnet;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** The NAT gateways of one VPC that this host carries, each in a namespace of its own. Not thread-safe. */
final class CarriedGateways {
    private final CommandRunner commands;
    private final VpcSettings settings;
    /** Their namespaces. */
    private final Set<String> carried = new HashSet<>();
    /** What is in a namespace, as far as this process knows. */
    private final Map<String, Origin> made = new HashMap<>();
    /** By namespace; read by others, too. */
    private final Map<String, Announcer> announcers = new ConcurrentHashMap<>();

    CarriedGateways(CommandRunner commands, VpcSettings settings) {
        this.commands = commands;
        this.settings = settings;
    }

    /** All that the inside of a gateway's namespace depends on. */
    private record Origin(NatGateway gateway, Subnet subnet, List<String> ranges, int mtu) {}

    /** Makes namespaces, which the VPC's cables lead to. */
    void prepare(VpcView view) throws IOException {
        for (var gateway : view.ownNatGateways()) {
            NatNamespace.prepare(commands, settings, gateway);
        }
    }

    /** Puts right what is in them, once the cables are there, and removes those that are others' now. */
    void complete(VpcView view) throws IOException {
        var wanted = new HashSet<String>();
        var subnets = view.subnetsById();
        for (var gateway : view.ownNatGateways()) {
            var subnet = subnets.get(gateway.getSubnetId());
            if (subnet != null) {
                var origin = new Origin(gateway, subnet, view.vpc().getCidrBlocksList(), view.mtu());
                var name = NatNamespace.name(settings, gateway);
                if (!origin.equals(made.get(name))) {
                    made.remove(name);
                    NatNamespace.complete(commands, view, gateway, subnet);
                    made.put(name, origin);
                }
                announcers
                        .computeIfAbsent(name, each -> announcer(each, gateway))
                        .announce(List.of(gateway.getPublicIpv4()));
                wanted.add(name);
            }
        }
        for (var name : carried) {
            if (!wanted.contains(name)) {
                endAnnouncing(name);
                Namespace.named(commands, name).remove();
            }
        }
        carried.clear();
        carried.addAll(wanted);
        made.keySet().retainAll(wanted);
    }

    private Announcer announcer(String name, NatGateway gateway) {
        return new Announcer(Namespace.named(commands, name), NatNamespace.publicMac(settings, gateway));
    }

    private void endAnnouncing(String name) {
        var announcer = announcers.remove(name);
        if (announcer != null) {
            announcer.announce(List.of());
        }
    }

    /** Tells the public network once more where they are. Thread-safe. */
    void announceAgain() {
        announcers.values().forEach(Announcer::again);
    }

    /** The next completion makes everything again. */
    void forget() {
        made.clear();
    }

    /** Removes all of them. */
    void remove() throws IOException {
        for (var name : carried) {
            endAnnouncing(name);
            Namespace.named(commands, name).remove();
        }
        carried.clear();
        made.clear();
    }

    /** Their namespaces. */
    Set<String> namespaces() {
        return Set.copyOf(carried);
    }
}
