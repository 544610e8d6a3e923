package io.coppice.cluster.zone;

import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.network.v1.EndpointLocation;
import io.coppice.proto.network.v1.Vpc;
import io.coppice.proto.node.v1.NetworkStatus;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The zone's VPCs and who must know of them. A host is told of a VPC while it carries an interface of it, or of one that is peered
 * with it; what changes goes to those hosts only. Changes are only noted where they happen; {@link #distribute} tells hosts what they do not know yet, so a
 * burst of changes becomes one message to each, and a host that does not keep up is told later and less. Guarded by the zone's
 * lock.
 */
final class Networks {
    private static final Logger LOG = Logger.getLogger(Networks.class);
    /** A host that speaks of more VPCs than it can have interfaces is not believed. */
    private static final int MOST_OF_A_HOST = 8192;

    private final String zone;
    private final int maxNetworks;
    private final Map<String, NetworkRecord> networks = new HashMap<>();
    private final Map<InstanceRecord, Place> places = new HashMap<>();
    private final Map<HostRecord, Map<String, NetworkCarrier>> byHost = new HashMap<>();
    private final Set<NetworkRecord> changed = new LinkedHashSet<>();
    private final Set<NetworkCarrier> behind = new LinkedHashSet<>();
    private final Neighbours neighbours = new Neighbours(this);
    private boolean open;

    /** Where an instance's interfaces are. */
    private record Place(HostRecord host, List<NetworkEndpoint> endpoints) {}

    Networks(String zone, int maxNetworks) {
        this.zone = zone;
        this.maxNetworks = maxNetworks;
    }

    /** Takes what VPCs should be; true when one came that was not known before, so that instances may wait for it. */
    boolean apply(List<Vpc> vpcs) {
        var newcomers = false;
        for (var vpc : vpcs) {
            if (vpc.getDeleted() && !networks.containsKey(vpc.getVpcId())) {
                continue;
            }
            if (networks.size() >= maxNetworks && !networks.containsKey(vpc.getVpcId())) {
                LOG.errorf("%s not taken: the zone has its %d VPCs", vpc.getVpcId(), maxNetworks);
                continue;
            }
            var network = network(vpc.getVpcId());
            var known = network.isKnown();
            var peers = network.peers();
            if (network.wish(vpc)) {
                peersChanged(network, peers);
                network.render(seats());
                changed.add(network);
                newcomers |= !known && network.isKnown();
                forgetIfOver(network);
            }
        }
        return newcomers;
    }

    /** The zone's name. */
    String zone() {
        return zone;
    }

    /** The other zones of the cloud. */
    Neighbours neighbours() {
        return neighbours;
    }

    /** All VPCs, those too that the Cloud Controller has not told of yet. */
    List<NetworkRecord> all() {
        return List.copyOf(networks.values());
    }

    /** Whether there is room for a VPC, or it is there. */
    boolean mayKnow(String vpcId) {
        return networks.containsKey(vpcId) || networks.size() < maxNetworks;
    }

    /** Something of a VPC changed that hosts or others may have to be told. */
    void changed(NetworkRecord network) {
        changed.add(network);
    }

    /** An instance may have another host or other interfaces than before. */
    void changed(InstanceRecord instance) {
        var before = places.get(instance);
        var host = instance.carryingHost();
        var endpoints = host == null ? List.<NetworkEndpoint>of() : instance.endpoints();
        if (endpoints.isEmpty() || host == null) {
            if (before != null) {
                places.remove(instance);
                takeAway(instance, before, null);
            }
            return;
        }
        if (before != null && before.host() == host && before.endpoints().equals(endpoints)) {
            return;
        }
        var now = new Place(host, endpoints);
        places.put(instance, now);
        endpoints.forEach(endpoint -> put(instance, host, endpoint, 1));
        if (before != null) {
            takeAway(instance, before, now);
        }
    }

    private void put(InstanceRecord instance, HostRecord host, NetworkEndpoint endpoint, int more) {
        var network = network(endpoint.getVpcId());
        var carrier = carrier(network, host);
        if (carrier.interfaces() == 0) {
            behind.add(carrier);
        }
        carrier.add(more);
        carried(carrier);
        if (network.locations().put(instance, location(endpoint, host)) || network.hasGateways()) {
            changed.add(network);
        }
    }

    private void takeAway(InstanceRecord instance, Place before, @Nullable Place now) {
        for (var endpoint : before.endpoints()) {
            var network = network(endpoint.getVpcId());
            var carrier = carrier(network, before.host());
            carrier.add(-1);
            if (carrier.interfaces() == 0) {
                behind.add(carrier);
                carried(carrier);
            }
            if (!has(now, endpoint) && network.locations().remove(instance, endpoint.getNetworkInterfaceId())) {
                changed.add(network);
            }
        }
    }

    /** Hosts that carry a VPC's interfaces know of its peers too, so that both routers are where a packet is sent. */
    private void carried(NetworkCarrier carrier) {
        carrier.network().peers().forEach(peer -> peered(carrier, peer, carrier.interfaces() > 0));
    }

    private void peersChanged(NetworkRecord network, Set<String> before) {
        var now = network.peers();
        for (var carrier : List.copyOf(network.carriers())) {
            before.stream().filter(peer -> !now.contains(peer)).forEach(peer -> peered(carrier, peer, false));
            carried(carrier);
        }
    }

    private void peered(NetworkCarrier carrier, String peer, boolean isPeered) {
        var there = carriers(carrier.host()).get(peer);
        if (there == null && isPeered) {
            there = carrier(network(peer), carrier.host());
        }
        if (there != null && there.peered(carrier.network().id(), isPeered)) {
            behind.add(there);
        }
    }

    private static boolean has(@Nullable Place place, NetworkEndpoint endpoint) {
        return place != null
                && place.endpoints().stream()
                        .anyMatch(each -> each.getNetworkInterfaceId().equals(endpoint.getNetworkInterfaceId())
                                && each.getVpcId().equals(endpoint.getVpcId()));
    }

    private static EndpointLocation location(NetworkEndpoint endpoint, HostRecord host) {
        return EndpointLocation.newBuilder()
                .setNetworkInterfaceId(endpoint.getNetworkInterfaceId())
                .setSubnetId(endpoint.getSubnetId())
                .setMac(endpoint.getMac())
                .addPrivateIpv4(endpoint.getPrivateIpv4())
                .addAllPrivateIpv4(endpoint.getSecondaryPrivateIpv4List())
                .addAllIpv6(endpoint.getIpv6List())
                .addAllSecurityGroupIds(endpoint.getSecurityGroupIdsList())
                .setNodeId(host.id().value())
                .setNodeAddress(host.address())
                .setPrivateDnsName(endpoint.getPrivateDnsName())
                .setSourceDestCheck(endpoint.getSourceDestCheck())
                .setResourceNameA(endpoint.getResourceNameA())
                .setResourceNameAaaa(endpoint.getResourceNameAaaa())
                .build();
    }

    /**
     * Sees to it that the host is told of an instance's VPCs before the instance itself. What it has to wait for, if anything.
     */
    Optional<String> prepare(InstanceRecord instance, HostRecord host, HostConnection way) {
        var ids = instance.endpoints().stream()
                .map(NetworkEndpoint::getVpcId)
                .distinct()
                .toList();
        for (var id : ids) {
            var network = networks.get(id);
            if (network == null || !network.isKnown()) {
                return Optional.of("The network " + id + " of the instance is not known in the zone yet.");
            }
        }
        for (var id : ids) {
            var network = network(id);
            network.render(seats());
            var carrier = carrier(network, host);
            if (!carrier.canBeTold()) {
                return Optional.of(
                        "The network " + id + " is larger than a host of this version takes: update the host.");
            }
            if (!carrier.knowsVpc()) {
                carrier.tellVpc(way);
                behind.add(carrier);
            }
        }
        return Optional.empty();
    }

    /** A session of the host begins: it is told everything again, once it has told what it has. */
    void began(HostRecord host) {
        for (var carrier : List.copyOf(carriers(host).values())) {
            carrier.beginAnew();
            carrier.status(NetworkStatus.getDefaultInstance());
            behind.add(carrier);
        }
        for (var instance : host.instances().values()) {
            var place = places.get(instance);
            if (place != null) {
                place.endpoints().forEach(endpoint -> put(instance, host, endpoint, 0));
            }
        }
        stateChanged(host);
    }

    /** The host told what it has, so that it can be told what it needs. */
    void inventoried(HostRecord host) {
        behind.addAll(carriers(host).values());
    }

    /** The host is up again, or no longer. */
    void stateChanged(HostRecord host) {
        carriers(host).values().stream()
                .map(NetworkCarrier::network)
                .filter(NetworkRecord::hasGateways)
                .forEach(changed::add);
    }

    /** The host missed something of a VPC. */
    void requested(HostRecord host, String vpcId) {
        var carrier = known(host, vpcId);
        if (carrier != null) {
            carrier.beginAnew();
            behind.add(carrier);
        }
    }

    /** The host told how far it is with a VPC. One that nothing on it needs is taken back. */
    void status(HostRecord host, NetworkStatus said) {
        var present = carriers(host).get(said.getVpcId());
        var carrier = present == null && said.getGeneration() > 0 ? known(host, said.getVpcId()) : present;
        if (carrier == null) {
            return;
        }
        if (!said.getFailure().isEmpty()
                && !said.getFailure().equals(carrier.status().getFailure())) {
            LOG.warnf("host %s cannot follow %s: %s", host.id(), said.getVpcId(), said.getFailure());
        }
        carrier.status(said);
        if (!carrier.isNeeded()) {
            behind.add(carrier);
        }
    }

    private @Nullable NetworkCarrier known(HostRecord host, String vpcId) {
        return vpcId.isEmpty() || carriers(host).size() >= MOST_OF_A_HOST ? null : carrier(network(vpcId), host);
    }

    /**
     * Tells hosts what they do not know yet, for at most so long. True when some are left for whom there was no time or no room.
     *
     * @param settled whether all hosts that may carry something have told what: before that, nobody is told where interfaces
     *     are, because those of hosts that have not spoken yet would seem to be gone
     */
    boolean distribute(boolean settled, long nanos) {
        if (!settled) {
            return false;
        }
        if (!open) {
            open = true;
            networks.values().stream().filter(NetworkRecord::hasGateways).forEach(changed::add);
        }
        for (var network : changed) {
            network.render(seats());
            behind.addAll(network.carriers());
            neighbours.changed(network);
        }
        changed.clear();
        var end = System.nanoTime() + nanos;
        var next = behind.iterator();
        var ended = new LinkedHashSet<NetworkCarrier>();
        while (next.hasNext() && System.nanoTime() - end < 0) {
            var carrier = next.next();
            var way = carrier.host().listener();
            if (way == null) {
                next.remove();
                if (!carrier.isNeeded()) {
                    ended.add(carrier);
                }
            } else if (way.hasRoom()) {
                next.remove();
                if (carrier.isNeeded()) {
                    tell(carrier, way);
                } else {
                    ended.add(carrier);
                    if (carrier.wasTold()) {
                        carrier.tellEnd(way);
                    }
                }
            }
        }
        ended.forEach(this::forget);
        return !behind.isEmpty();
    }

    private static void tell(NetworkCarrier carrier, HostConnection way) {
        if (!carrier.knowsVpc()) {
            carrier.tellVpc(way);
        }
        if (!carrier.canBeTold()) {
            LOG.errorf(
                    "host %s is not told of %s, which is too large for its version",
                    carrier.host().id(), carrier.network().id());
            return;
        }
        // A host follows no interfaces of a VPC that it was not told of.
        if (carrier.network().rendered().isPresent() && !carrier.knowsInterfaces()) {
            carrier.tellInterfaces(way);
        }
    }

    private void forget(NetworkCarrier carrier) {
        var network = carrier.network();
        network.removeCarrier(carrier.host());
        var ofHost = carriers(carrier.host());
        ofHost.remove(network.id());
        if (ofHost.isEmpty()) {
            byHost.remove(carrier.host());
        }
        forgetIfOver(network);
    }

    void forgetIfOver(NetworkRecord network) {
        if (network.isForgettable()) {
            networks.remove(network.id());
            changed.remove(network);
            // The record lives on with those who must still be told that nothing is left of it.
            neighbours.changed(network);
        }
    }

    private GatewaySeats seats() {
        return new GatewaySeats(zone, open);
    }

    /** The record of a VPC; made when there is none. */
    NetworkRecord network(String id) {
        return networks.computeIfAbsent(id, NetworkRecord::new);
    }

    private Map<String, NetworkCarrier> carriers(HostRecord host) {
        return byHost.computeIfAbsent(host, each -> new LinkedHashMap<>());
    }

    private NetworkCarrier carrier(NetworkRecord network, HostRecord host) {
        return carriers(host).computeIfAbsent(network.id(), id -> network.addCarrier(host));
    }
}
