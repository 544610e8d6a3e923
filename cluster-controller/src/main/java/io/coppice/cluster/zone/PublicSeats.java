package io.coppice.cluster.zone;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * By which hosts those reach the public network that do not reach it by themselves: for each a first one and one in reserve. A host
 * stays with those that it has while they are there; the reserve comes first when the first is gone; who comes back takes nothing from
 * others. Else each host likes gateways in an order of its own, so that they share the work. Pure.
 *
 * @param mostServed hosts that a gateway takes
 */
record PublicSeats(int mostServed) {
    /** A gateway and its reserve. */
    static final int GATEWAYS = 2;

    /** By host, its gateways in their order; empty where there is none or none with room. */
    Map<HostRecord, List<HostRecord>> seat(
            Collection<HostRecord> hosts, Map<HostRecord, ? extends List<HostRecord>> before) {
        var gateways = hosts.stream().filter(HostRecord::isPublicGateway).toList();
        var seats = new LinkedHashMap<HostRecord, List<HostRecord>>();
        for (var host : hosts) {
            if (host.reachesPublicNetworkByOthers() && !host.address().isEmpty()) {
                seats.put(host, kept(gateways, before.get(host)));
            }
        }
        if (gateways.isEmpty()) {
            return seats;
        }
        var served = new HashMap<HostRecord, Integer>();
        seats.values().forEach(seat -> seat.forEach(each -> served.merge(each, 1, Integer::sum)));
        // Nobody gets a second one before everybody has a first.
        for (var number = 1; number <= GATEWAYS; number++) {
            for (var seat : seats.entrySet()) {
                if (seat.getValue().size() < number) {
                    add(seat.getKey(), seat.getValue(), gateways, served);
                }
            }
        }
        return seats;
    }

    /** While no gateway is up, all stays as it is: the hosts may reach each other although they do not reach the controller. */
    private static List<HostRecord> kept(List<HostRecord> gateways, @Nullable List<HostRecord> before) {
        if (before == null) {
            return new ArrayList<>();
        }
        return new ArrayList<>(
                gateways.isEmpty()
                        ? before
                        : before.stream().filter(HostRecord::isPublicGateway).toList());
    }

    private void add(
            HostRecord host, List<HostRecord> seat, List<HostRecord> gateways, Map<HostRecord, Integer> served) {
        gateways.stream()
                .filter(gateway -> !seat.contains(gateway) && served.getOrDefault(gateway, 0) < mostServed)
                .max(Comparator.comparingLong(gateway -> Liking.of(host.id().value(), gateway)))
                .ifPresent(gateway -> {
                    seat.add(gateway);
                    served.merge(gateway, 1, Integer::sum);
                });
    }
}
