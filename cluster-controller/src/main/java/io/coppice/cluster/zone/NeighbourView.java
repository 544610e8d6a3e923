package io.coppice.cluster.zone;

import io.coppice.proto.cluster.v1.SeatedGateways;
import io.coppice.proto.cluster.v1.ZoneNews;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the Cluster Controller of another zone was told of this one's interfaces, and what it does not know yet. Like a host it is
 * told only what changed since, and of each interface only the last change; unlike one it is told of every VPC, and never of
 * interfaces that this zone has from others. Guarded by the zone's lock.
 */
final class NeighbourView {
    /** VPCs of one look: the zone's lock is held meanwhile. */
    private static final int MOST_AT_ONCE = 256;

    private final Networks networks;
    private final Map<NetworkRecord, Told> told = new HashMap<>();
    private final Set<NetworkRecord> pending = new LinkedHashSet<>();
    private boolean begun;
    private boolean complete;

    NeighbourView(Networks networks) {
        this.networks = networks;
    }

    /** How far it was told of a VPC. */
    private record Told(long version, SeatedGateways gateways) {
        static final Told NOTHING = new Told(NetworkLocations.NOTHING, SeatedGateways.getDefaultInstance());
    }

    /** Something of the VPC may be news. */
    void changed(NetworkRecord network) {
        if (begun) {
            pending.add(network);
        }
    }

    /** What it is to be told next, in this order; nothing when it knows all. */
    List<ZoneNews> next() {
        if (!begun) {
            begun = true;
            pending.addAll(networks.all());
        }
        var news = new ArrayList<ZoneNews>();
        var waiting = pending.iterator();
        for (int i = 0; i < MOST_AT_ONCE && waiting.hasNext(); i++) {
            tell(waiting.next(), networks.zone(), news);
            waiting.remove();
        }
        if (!complete && pending.isEmpty()) {
            complete = true;
            news.add(ZoneNews.newBuilder()
                    .setAllTold(ZoneNews.AllTold.getDefaultInstance())
                    .build());
        }
        return news;
    }

    private void tell(NetworkRecord network, String zone, List<ZoneNews> news) {
        var before = told.getOrDefault(network, Told.NOTHING);
        var locations = network.locations();
        if (before.version() != NetworkLocations.NOTHING || locations.ownSize() > 0) {
            locations
                    .ownSince(before.version())
                    .parts()
                    .forEach(part -> news.add(
                            ZoneNews.newBuilder().setInterfaces(part.update()).build()));
        }
        var gateways = network.seatedIn(zone);
        if (!gateways.equals(before.gateways())
                && (gateways.getGatewaysCount() > 0 || before.gateways().getGatewaysCount() > 0)) {
            news.add(ZoneNews.newBuilder().setGateways(gateways).build());
        }
        if (network.isForgettable()) {
            told.remove(network);
        } else {
            told.put(network, new Told(locations.version(), gateways));
        }
    }
}
