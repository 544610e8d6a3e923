package io.coppice.cluster.zone;

import io.coppice.foundation.rpc.MessageParts;
import io.coppice.proto.cluster.v1.SeatedGateways;
import io.coppice.proto.network.v1.Peering;
import io.coppice.proto.network.v1.Vpc;
import io.coppice.proto.network.v1.VpcPart;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One VPC as the zone knows it: what it should be, where its interfaces are, and which hosts must know both. It may be there
 * before the Cloud Controller has told of it, because a host has. Guarded by the zone's lock.
 */
final class NetworkRecord {
    private final String id;
    private final NetworkLocations locations;
    private final Map<HostRecord, NetworkCarrier> carriers = new LinkedHashMap<>();
    /** By zone, the gateways that have a host there. */
    private final Map<String, SeatedGateways> seatedAbroad = new LinkedHashMap<>();

    private @Nullable Vpc wished;
    private @Nullable Vpc rendered;
    /** Of what is rendered; made when the first host needs it. */
    private List<VpcPart> encoded = List.of();

    private long edition;
    private boolean over;

    NetworkRecord(String id) {
        this.id = id;
        this.locations = new NetworkLocations(id);
    }

    String id() {
        return id;
    }

    NetworkLocations locations() {
        return locations;
    }

    /** Takes what the VPC should be from now on; false when it is older than what is known, or the same. */
    boolean wish(Vpc vpc) {
        var known = wished;
        if (known != null && (vpc.getGeneration() < known.getGeneration() || vpc.equals(known))) {
            return false;
        }
        if (vpc.getDeleted()) {
            over = true;
            return true;
        }
        wished = vpc;
        over = false;
        return true;
    }

    /** Of the Cloud Controller's last word; 0 before the first. */
    long generation() {
        return wished == null ? 0 : wished.getGeneration();
    }

    /** Whether instances may be sent to hosts with it. */
    boolean isKnown() {
        return wished != null && !over;
    }

    /** Chooses hosts for what needs one and puts together what hosts are told; whether that is other than before. */
    boolean render(GatewaySeats seats) {
        var vpc = wished;
        if (vpc == null) {
            return false;
        }
        var now = seats.fill(
                vpc,
                rendered,
                carriers.values(),
                seatedAbroad.values().stream()
                        .flatMap(zone -> zone.getGatewaysList().stream())
                        .toList());
        if (now.equals(rendered)) {
            return false;
        }
        rendered = now;
        encoded = List.of();
        edition++;
        return true;
    }

    /** The gateways of another zone have these hosts; whether that is news. */
    boolean seatedAbroad(String zone, SeatedGateways gateways) {
        var before = gateways.getGatewaysCount() == 0 ? seatedAbroad.remove(zone) : seatedAbroad.put(zone, gateways);
        return !gateways.equals(before) && (before != null || gateways.getGatewaysCount() > 0);
    }

    /** The gateways in subnets of this zone that have a host. */
    SeatedGateways seatedIn(String zone) {
        var seated = SeatedGateways.newBuilder().setVpcId(id);
        var vpc = over ? null : rendered;
        if (vpc != null && vpc.getNatGatewaysCount() > 0) {
            var zones = GatewaySeats.zones(vpc);
            vpc.getNatGatewaysList().stream()
                    .filter(gateway -> !gateway.getNodeId().isEmpty())
                    .filter(gateway -> zone.equals(zones.getOrDefault(gateway.getSubnetId(), zone)))
                    .forEach(seated::addGateways);
        }
        return seated.build();
    }

    /** What hosts are told; empty before the Cloud Controller has told of it. */
    Optional<Vpc> rendered() {
        return Optional.ofNullable(rendered);
    }

    /** The same for hosts that take bytes: encoded once for all of them; empty before the Cloud Controller has told of it. */
    List<VpcPart> encoded() {
        var vpc = rendered;
        if (encoded.isEmpty() && vpc != null) {
            encoded = MessageParts.cut(id, vpc.getGeneration(), vpc.toByteString()).stream()
                    .map(part -> VpcPart.newBuilder()
                            .setVpcId(part.key())
                            .setGeneration(part.number())
                            .setIndex(part.index())
                            .setMore(part.more())
                            .setPart(part.bytes())
                            .build())
                    .toList();
        }
        return encoded;
    }

    /** Counts what hosts were to be told, from 1. */
    long edition() {
        return edition;
    }

    /** Whether something of it depends on which hosts are up. */
    boolean hasGateways() {
        return wished != null && wished.getNatGatewaysCount() > 0;
    }

    /** The VPCs that it is peered with. */
    Set<String> peers() {
        return !isKnown() || wished == null
                ? Set.of()
                : wished.getPeeringsList().stream().map(Peering::getPeerVpcId).collect(Collectors.toSet());
    }

    Collection<NetworkCarrier> carriers() {
        return carriers.values();
    }

    @Nullable
    NetworkCarrier carrier(HostRecord host) {
        return carriers.get(host);
    }

    NetworkCarrier addCarrier(HostRecord host) {
        return carriers.computeIfAbsent(host, each -> new NetworkCarrier(this, each));
    }

    void removeCarrier(HostRecord host) {
        carriers.remove(host);
    }

    /** Whether nobody needs to remember it. */
    boolean isForgettable() {
        return carriers.isEmpty() && locations.size() == 0 && seatedAbroad.isEmpty() && !isKnown();
    }
}
