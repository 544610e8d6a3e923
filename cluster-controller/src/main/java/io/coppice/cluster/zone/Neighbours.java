package io.coppice.cluster.zone;

import io.coppice.proto.cluster.v1.SeatedGateways;
import io.coppice.proto.cluster.v1.ZoneNews;
import io.coppice.proto.network.v1.EndpointLocation;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The other zones of the cloud: what their Cluster Controllers told of interfaces and gateways there, and what those who follow this
 * zone were told. Guarded by the zone's lock.
 */
final class Neighbours {
    private final Networks networks;
    private final Map<String, Abroad> abroad = new LinkedHashMap<>();
    private final List<NeighbourView> views = new ArrayList<>();

    Neighbours(Networks networks) {
        this.networks = networks;
    }

    /** There is another zone of this name. */
    void expect(Collection<String> zones) {
        zones.forEach(zone -> abroad.put(zone, new Abroad(zone)));
    }

    /** Whether each has told all at least once. */
    boolean haveTold() {
        return abroad.values().stream().allMatch(Abroad::isComplete);
    }

    /** Its Cluster Controller begins to tell all. */
    void begin(String zone) {
        of(zone).begin();
    }

    /** Its Cluster Controller told something. */
    void told(String zone, ZoneNews news) {
        of(zone).take(news, this);
    }

    private Abroad of(String zone) {
        return abroad.computeIfAbsent(zone, Abroad::new);
    }

    /** Whether a VPC is known here, or may become so. */
    boolean mayKnow(String vpcId) {
        return networks.mayKnow(vpcId);
    }

    /** An interface is there. */
    void put(Abroad zone, String vpcId, EndpointLocation location) {
        var network = networks.network(vpcId);
        if (network.locations().put(zone, location)) {
            networks.changed(network);
        }
    }

    /** An interface is not there any more. */
    void remove(Abroad zone, String vpcId, String interfaceId) {
        var network = networks.network(vpcId);
        if (network.locations().remove(zone, interfaceId)) {
            networks.changed(network);
        }
        networks.forgetIfOver(network);
    }

    /** These gateways have these hosts there. */
    void seated(String zone, SeatedGateways gateways) {
        if (!mayKnow(gateways.getVpcId())) {
            return;
        }
        var network = networks.network(gateways.getVpcId());
        if (network.seatedAbroad(zone, gateways)) {
            networks.changed(network);
        }
        networks.forgetIfOver(network);
    }

    /** Somebody follows this zone from now on. */
    NeighbourView follow() {
        var view = new NeighbourView(networks);
        views.add(view);
        return view;
    }

    /** Somebody does not any more. */
    void end(NeighbourView view) {
        views.remove(view);
    }

    /** Something of a VPC may be news to those who follow. */
    void changed(NetworkRecord network) {
        views.forEach(view -> view.changed(network));
    }
}
