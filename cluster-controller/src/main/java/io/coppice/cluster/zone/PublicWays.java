package io.coppice.cluster.zone;

import io.coppice.proto.node.v1.ClusterMessage;
import io.coppice.proto.node.v1.PublicTunnels;
import io.coppice.proto.node.v1.TunnelEnd;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * Tells hosts by which others they reach the public network, and those whom they take to it. Changes are only noted where they happen;
 * {@link #distribute} tells what differs. Guarded by the zone's lock.
 */
final class PublicWays {
    private static final Logger LOG = Logger.getLogger(PublicWays.class);
    /** The contract's limit, and what a broadcast of the public network is multiplied by at most. */
    private static final int MOST_SERVED = 512;

    private final PublicSeats rule = new PublicSeats(MOST_SERVED);
    private final Map<HostRecord, PublicTunnels> told = new HashMap<>();
    private Map<HostRecord, List<HostRecord>> seats = Map.of();
    private boolean changed;

    /** A session of the host begins, which knows nothing. */
    void began(HostRecord host) {
        told.remove(host);
        changed = true;
    }

    /** Something changed that this depends on: who is there, and how it reaches the public network. */
    void changed() {
        changed = true;
    }

    /** Tells hosts what they do not know yet. */
    void distribute(Collection<HostRecord> hosts) {
        if (!changed) {
            return;
        }
        changed = false;
        var now = rule.seat(hosts, seats);
        now.forEach((host, gateways) -> {
            if (gateways.isEmpty() && !gateways.equals(seats.get(host))) {
                LOG.errorf("no host takes %s to the public network: none reaches it, or all have enough", host.id());
            }
        });
        seats = now;
        var tunnels = tunnels(hosts);
        for (var host : hosts) {
            var way = host.listener();
            var wanted = tunnels.get(host);
            if (way != null && wanted != null && !isKnown(host, wanted.build())) {
                tell(host, way, wanted.build());
            }
        }
    }

    private boolean isKnown(HostRecord host, PublicTunnels tunnels) {
        return tunnels.equals(told.get(host));
    }

    private void tell(HostRecord host, HostConnection way, PublicTunnels tunnels) {
        if (!way.hasRoom()) {
            changed = true;
            return;
        }
        way.send(ClusterMessage.newBuilder()
                .setNodeId(host.id().value())
                .setPublicTunnels(tunnels)
                .build());
        told.put(host, tunnels);
    }

    private Map<HostRecord, PublicTunnels.Builder> tunnels(Collection<HostRecord> hosts) {
        var all = new HashMap<HostRecord, PublicTunnels.Builder>();
        hosts.stream()
                .filter(HostRecord::sharesPublicNetwork)
                .forEach(host -> all.put(host, PublicTunnels.newBuilder()));
        seats.forEach((host, gateways) -> {
            var own = all.computeIfAbsent(host, each -> PublicTunnels.newBuilder());
            for (var gateway : gateways) {
                own.addGateways(end(gateway));
                var others = all.get(gateway);
                if (others != null) {
                    others.addServed(end(host));
                }
            }
        });
        return all;
    }

    private static TunnelEnd end(HostRecord host) {
        return TunnelEnd.newBuilder()
                .setNodeId(host.id().value())
                .setNodeAddress(host.address())
                .build();
    }
}
