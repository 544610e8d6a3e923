package io.coppice.cluster.zone;

import io.coppice.proto.cluster.v1.ZoneNews;
import io.coppice.proto.network.v1.EndpointLocation;
import io.coppice.proto.network.v1.EndpointUpdate;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What another zone's Cluster Controller told of its interfaces. It stays as it was last while that one is away, as hosts keep what
 * they were told, and what is gone meanwhile goes when all was told again. Guarded by the zone's lock.
 */
final class Abroad {
    private final String zone;
    /** By VPC, the ids of interfaces that are there. */
    private final Map<String, Set<String>> interfaces = new HashMap<>();
    /** VPCs of which it has told something since it began to. */
    private final Set<String> named = new HashSet<>();
    /** What was named so far of a full picture whose last part has not come. */
    private final Set<String> partly = new HashSet<>();

    private boolean complete;

    Abroad(String zone) {
        this.zone = zone;
    }

    /** The zone's name. */
    String zone() {
        return zone;
    }

    /** Whether it has ever told all. */
    boolean isComplete() {
        return complete;
    }

    /** It begins to tell all, again. */
    void begin() {
        named.clear();
        partly.clear();
    }

    /** Takes what it told into the networks of this zone. */
    void take(ZoneNews news, Neighbours neighbours) {
        switch (news.getBodyCase()) {
            case INTERFACES -> take(news.getInterfaces(), neighbours);
            case GATEWAYS -> {
                named.add(news.getGateways().getVpcId());
                neighbours.seated(zone, news.getGateways());
            }
            case ALL_TOLD -> {
                for (var vpc : Set.copyOf(interfaces.keySet())) {
                    if (!named.contains(vpc)) {
                        retain(vpc, Set.of(), neighbours);
                    }
                }
                complete = true;
            }
            case KEEP_ALIVE, BODY_NOT_SET -> {
                // Nothing of the zone has changed.
            }
        }
    }

    private void take(EndpointUpdate update, Neighbours neighbours) {
        var vpc = update.getVpcId();
        if (!neighbours.mayKnow(vpc)) {
            return;
        }
        named.add(vpc);
        var here = interfaces.computeIfAbsent(vpc, each -> new HashSet<>());
        for (EndpointLocation location : update.getPresentList()) {
            here.add(location.getNetworkInterfaceId());
            neighbours.put(this, vpc, location);
        }
        for (var gone : update.getGoneNetworkInterfaceIdsList()) {
            if (here.remove(gone)) {
                neighbours.remove(this, vpc, gone);
            }
        }
        if (update.getFull()) {
            update.getPresentList().forEach(each -> partly.add(each.getNetworkInterfaceId()));
            if (!update.getMore()) {
                retain(vpc, Set.copyOf(partly), neighbours);
                partly.clear();
            }
        }
        if (here.isEmpty()) {
            interfaces.remove(vpc);
        }
    }

    private void retain(String vpc, Set<String> present, Neighbours neighbours) {
        var here = interfaces.getOrDefault(vpc, Set.of());
        for (var id : Set.copyOf(here)) {
            if (!present.contains(id)) {
                here.remove(id);
                neighbours.remove(this, vpc, id);
            }
        }
        if (here.isEmpty()) {
            interfaces.remove(vpc);
        }
    }
}
