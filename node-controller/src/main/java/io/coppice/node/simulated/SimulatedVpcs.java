package io.coppice.node.simulated;

import io.coppice.node.network.NetworkEngine.Followed;
import io.coppice.proto.network.v1.EndpointLocation;
import io.coppice.proto.network.v1.EndpointUpdate;
import io.coppice.proto.network.v1.Vpc;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The VPCs of a simulated host: what it was told, taken as strictly as a real host takes it. Thread-safe. */
final class SimulatedVpcs {
    /** Hosts that share a process share what all of them were told alike: each has a table of its own and no more. */
    private static final SharedLocations LOCATIONS = new SharedLocations();

    private final Map<String, Entry> vpcs = new TreeMap<>();

    private static final class Entry {
        private Vpc vpc;
        private final Map<String, EndpointLocation> interfaces = new HashMap<>();
        private final Map<String, EndpointLocation> coming = new HashMap<>();
        private @Nullable Long sequence;
        private long comingSequence;

        Entry(Vpc vpc) {
            this.vpc = vpc;
        }

        boolean take(EndpointUpdate update) {
            var next = update.getSequence();
            if (update.getFull()) {
                takeFull(update);
                return true;
            }
            if (sequence == null || next > sequence + 1) {
                return false;
            }
            if (next == sequence + 1) {
                put(update, interfaces);
                update.getGoneNetworkInterfaceIdsList().forEach(interfaces::remove);
                sequence = next;
            }
            return true;
        }

        long lastSequence() {
            return sequence == null ? 0 : sequence;
        }

        private static void put(EndpointUpdate update, Map<String, EndpointLocation> into) {
            for (var each : update.getPresentList()) {
                var shared = LOCATIONS.theOneLike(each);
                into.put(shared.getNetworkInterfaceId(), shared);
            }
        }

        private void takeFull(EndpointUpdate update) {
            if (update.getSequence() != comingSequence + 1) {
                coming.clear();
            }
            comingSequence = update.getSequence();
            put(update, coming);
            if (!update.getMore()) {
                interfaces.clear();
                interfaces.putAll(coming);
                coming.clear();
                sequence = update.getSequence();
            }
        }
    }

    synchronized void apply(Vpc vpc) {
        var known = vpcs.get(vpc.getVpcId());
        if (known != null && vpc.getGeneration() < known.vpc.getGeneration()) {
            return;
        }
        if (vpc.getDeleted()) {
            vpcs.remove(vpc.getVpcId());
        } else if (known == null) {
            vpcs.put(vpc.getVpcId(), new Entry(vpc));
        } else {
            known.vpc = vpc;
        }
    }

    /** False when an update before this one was lost. */
    synchronized boolean apply(EndpointUpdate update) {
        var known = vpcs.get(update.getVpcId());
        return known != null && known.take(update);
    }

    /** Asked for each VPC after each update, so it copies nothing. */
    synchronized Followed followed(String vpcId) {
        var known = vpcs.get(vpcId);
        return known == null ? Followed.NOTHING : new Followed(known.vpc.getGeneration(), known.lastSequence(), "");
    }

    synchronized boolean has(String vpcId) {
        return vpcs.containsKey(vpcId);
    }

    synchronized Set<String> ids() {
        return Set.copyOf(vpcs.keySet());
    }

    /** A copy of everything that the host was told of those VPCs whose flows are recorded. */
    synchronized List<SimulatedVpc> recorded() {
        return vpcs.values().stream()
                .filter(entry -> entry.vpc.hasFlowLogging())
                .map(entry -> new SimulatedVpc(entry.vpc, entry.interfaces, entry.lastSequence()))
                .toList();
    }

    /** A copy of everything that the host was told of a VPC. */
    synchronized Optional<SimulatedVpc> find(String vpcId) {
        return Optional.ofNullable(vpcs.get(vpcId))
                .map(entry -> new SimulatedVpc(entry.vpc, entry.interfaces, entry.lastSequence()));
    }
}
