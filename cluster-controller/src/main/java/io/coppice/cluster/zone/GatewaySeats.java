package io.coppice.cluster.zone;

import io.coppice.proto.network.v1.NatGateway;
import io.coppice.proto.network.v1.Subnet;
import io.coppice.proto.network.v1.Vpc;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which host carries each NAT gateway: one that is up and carries an interface of the VPC anyway, and rather one that reaches the
 * public network by itself. A gateway stays where it is while its host is there, so that its flows live. Else each gateway likes hosts in an order of its own: gateways spread, and a
 * controller that begins without memory comes to the same choice. Pure.
 *
 * @param zone gateways in subnets of other zones are not this zone's to seat
 * @param open false while it is not known yet which hosts there are: nothing is chosen anew
 */
record GatewaySeats(String zone, boolean open) {
    /**
     * The VPC with the hosts of its gateways filled in; a gateway without one is nowhere for now.
     *
     * @param abroad gateways of other zones with the hosts that these have chosen
     */
    Vpc fill(Vpc wished, @Nullable Vpc before, Collection<NetworkCarrier> carriers, Collection<NatGateway> abroad) {
        if (wished.getNatGatewaysCount() == 0) {
            return wished;
        }
        var up = fit(carriers);
        var zones = zones(wished);
        var filled = wished.toBuilder().clearNatGateways();
        for (var gateway : wished.getNatGatewaysList()) {
            var own = zone.equals(zones.getOrDefault(gateway.getSubnetId(), zone));
            filled.addNatGateways(own ? seat(gateway, seatBefore(gateway, before), up) : seatedAbroad(gateway, abroad));
        }
        return filled.build();
    }

    /** Those without their link to the public network are of no use, unless all are. */
    private static List<HostRecord> fit(Collection<NetworkCarrier> carriers) {
        var up = carriers.stream()
                .filter(carrier -> carrier.interfaces() > 0 && carrier.host().isUp())
                .map(NetworkCarrier::host)
                .toList();
        var linked = up.stream().filter(host -> !host.hasLostPublicNetwork()).toList();
        return linked.isEmpty() ? up : linked;
    }

    /** By subnet, the zone that it is in. */
    static Map<String, String> zones(Vpc vpc) {
        var zones = new HashMap<String, String>();
        for (Subnet subnet : vpc.getSubnetsList()) {
            zones.put(subnet.getSubnetId(), subnet.getZone());
        }
        return zones;
    }

    private static NatGateway seatedAbroad(NatGateway gateway, Collection<NatGateway> abroad) {
        return abroad.stream()
                .filter(each -> each.getNatGatewayId().equals(gateway.getNatGatewayId()))
                .findFirst()
                .map(each -> gateway.toBuilder()
                        .setNodeId(each.getNodeId())
                        .setNodeAddress(each.getNodeAddress())
                        .build())
                .orElse(gateway);
    }

    private static String seatBefore(NatGateway gateway, @Nullable Vpc before) {
        return before == null
                ? ""
                : before.getNatGatewaysList().stream()
                        .filter(each -> each.getNatGatewayId().equals(gateway.getNatGatewayId()))
                        .map(NatGateway::getNodeId)
                        .findFirst()
                        .orElse("");
    }

    private NatGateway seat(NatGateway gateway, String before, List<HostRecord> up) {
        var stays = up.stream().filter(host -> host.id().value().equals(before)).findFirst();
        var chosen = stays.isPresent() || !open
                ? stays
                : up.stream()
                        .max(Comparator.comparing((HostRecord host) -> !host.reachesPublicNetworkByOthers())
                                .thenComparingLong(host -> Liking.of(gateway.getNatGatewayId(), host)));
        return chosen.map(host -> gateway.toBuilder()
                        .setNodeId(host.id().value())
                        .setNodeAddress(host.address())
                        .build())
                .orElse(gateway);
    }
}
