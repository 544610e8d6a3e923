package io.coppice.cluster.zone;

import io.coppice.cluster.event.ZoneEventLog;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.Observation;
import io.coppice.proto.compute.v1.Phase;
import io.coppice.proto.compute.v1.PowerState;
import io.coppice.proto.node.v1.ClusterMessage;
import io.coppice.proto.node.v1.InventoryRequest;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Instances that more than one host has: a launch whose host was away when it was given to another, or a host that came
 * back from a copy. The host that the Cloud Controller names keeps it; without a name the first that told of it does. The
 * others are told to stop their copy, never to delete it: its disk may hold what a user wants, and goes when the instance
 * is terminated. Nobody is told anything unless the keeping host is in session and has the instance. Guarded by the
 * zone's lock.
 */
final class Rivals {
    private static final Logger LOG = Logger.getLogger(Rivals.class);

    private final ZoneSettings settings;
    private final ZoneTables tables;
    private final ZoneEventLog log;
    private final Map<InstanceRecord, Map<HostRecord, Copy>> contested = new LinkedHashMap<>();

    Rivals(ZoneSettings settings, ZoneTables tables, ZoneEventLog log) {
        this.settings = settings;
        this.tables = tables;
        this.log = log;
    }

    /** What a host that does not keep the instance sees of it, and when it was last told to stop. */
    private record Copy(Observation seen, @Nullable Long toldMillis) {
        boolean isAtRest() {
            return switch (seen.getPhase()) {
                case PHASE_STOPPED, PHASE_STOPPING, PHASE_GONE -> true;
                case PHASE_FAILED -> !seen.getFailure().getRetryable();
                default -> false;
            };
        }

        boolean isGone() {
            return seen.getPhase() == Phase.PHASE_GONE
                    || (seen.getPhase() == Phase.PHASE_FAILED
                            && !seen.getFailure().getRetryable());
        }
    }

    /** Another host than the instance's own told of it. */
    void met(InstanceRecord instance, HostRecord host, Observation seen) {
        var copy = new Copy(seen, null);
        if (copy.isGone()) {
            forget(instance, host);
            return;
        }
        var copies = contested.computeIfAbsent(instance, any -> new LinkedHashMap<>());
        var known = copies.get(host);
        if (known == null) {
            var own = instance.host();
            LOG.errorf(
                    "%s is on host %s and on host %s: one of them will be told to stop its copy",
                    instance.id(), own == null ? "?" : own.id(), host.id());
        }
        copies.put(host, new Copy(seen, known == null ? null : known.toldMillis()));
    }

    /** Whether the host has a copy of anything that another host keeps. */
    boolean isOn(HostRecord host) {
        return contested.values().stream().anyMatch(copies -> copies.containsKey(host));
    }

    /** A host told all that it has: what is not in it, it has no copy of. */
    void onlyOn(HostRecord host, Set<String> instances) {
        contested.forEach((instance, copies) -> {
            if (!instances.contains(instance.id().value())) {
                copies.remove(host);
            }
        });
        contested.values().removeIf(Map::isEmpty);
    }

    /** Does what is due. */
    void settle(long nowMillis) {
        contested.entrySet().removeIf(entry -> {
            var instance = entry.getKey();
            var over = tables.instances().get(instance.id()) != instance;
            if (over) {
                // What is left of it is told anew, as of an instance that nobody wants.
                entry.getValue().keySet().forEach(Rivals::askForInventory);
            }
            return over;
        });
        contested.forEach((instance, copies) -> {
            var wish = instance.desired().orElse(null);
            if (wish == null) {
                return;
            }
            var named = named(instance, wish);
            if (named != null && copies.containsKey(named)) {
                giveTo(instance, named, copies);
            }
            var keeper = instance.host();
            if (keeper != null && (named == null || named == keeper) && keeps(instance, keeper, wish)) {
                copies.replaceAll((host, copy) -> tell(instance, wish, host, copy, nowMillis));
            }
        });
    }

    /** The host that the Cloud Controller has the instance on; null when it has none, or one that gave it up. */
    private @Nullable HostRecord named(InstanceRecord instance, DesiredInstance wish) {
        if (wish.getNodeId().isEmpty()) {
            return null;
        }
        return tables.hosts().values().stream()
                .filter(host -> host.id().value().equals(wish.getNodeId()))
                .filter(host -> !instance.hasFailedOn(host.id()))
                .findFirst()
                .orElse(null);
    }

    private static boolean keeps(InstanceRecord instance, HostRecord keeper, DesiredInstance wish) {
        // An instance that is to go goes everywhere.
        return wish.getPower() == PowerState.POWER_STATE_TERMINATED
                || (keeper.isComplete() && instance.observation().isPresent() && !instance.nothingLeft());
    }

    private void giveTo(InstanceRecord instance, HostRecord named, Map<HostRecord, Copy> copies) {
        var before = instance.host();
        var known = instance.observation().orElse(null);
        var copy = copies.remove(named);
        if (copy == null) {
            return;
        }
        instance.assign(named);
        instance.observe(copy.seen());
        log.append(copy.seen());
        if (before != null && known != null) {
            copies.put(before, new Copy(known, null));
        }
        LOG.warnf("%s belongs on host %s, where the cloud has it", instance.id(), named.id());
    }

    private Copy tell(InstanceRecord instance, DesiredInstance wish, HostRecord host, Copy copy, long nowMillis) {
        var ends = wish.getPower() == PowerState.POWER_STATE_TERMINATED;
        var told = copy.toldMillis();
        var connection = host.connection();
        if ((copy.isAtRest() && !ends)
                || connection == null
                || !host.isUp()
                || copy.seen().getGeneration() > wish.getGeneration()
                || (told != null && nowMillis - told < settings.redeliverAfter().toMillis())) {
            return copy;
        }
        LOG.warnf(
                ends
                        ? "%s: host %s is told to remove its copy: the instance is terminated"
                        : "%s: host %s is told to stop its copy; the copy's disk stays until the instance is terminated",
                instance.id(),
                host.id());
        connection.send(ClusterMessage.newBuilder()
                .setNodeId(host.id().value())
                .setDesired(wish.toBuilder()
                        .setNodeId(host.id().value())
                        .setPower(ends ? PowerState.POWER_STATE_TERMINATED : PowerState.POWER_STATE_STOPPED))
                .build());
        return new Copy(copy.seen(), nowMillis);
    }

    private static void askForInventory(HostRecord host) {
        var connection = host.connection();
        if (connection != null) {
            connection.send(ClusterMessage.newBuilder()
                    .setNodeId(host.id().value())
                    .setInventoryRequest(InventoryRequest.getDefaultInstance())
                    .build());
        }
    }

    private void forget(InstanceRecord instance, HostRecord host) {
        var copies = contested.get(instance);
        if (copies != null && copies.remove(host) != null && copies.isEmpty()) {
            contested.remove(instance);
        }
    }
}
