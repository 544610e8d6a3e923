package io.coppice.cluster.zone;

import com.google.protobuf.ByteString;
import io.coppice.cluster.event.ZoneEventLog;
import io.coppice.cluster.event.ZoneSnapshot;
import io.coppice.cluster.schedule.Scheduler;
import io.coppice.cluster.zone.Dispatcher.Round;
import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.NodeId;
import io.coppice.proto.cluster.v1.Host;
import io.coppice.proto.cluster.v1.ZoneNews;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.Observation;
import io.coppice.proto.network.v1.Vpc;
import io.coppice.proto.node.v1.ClusterMessage;
import io.coppice.proto.node.v1.Heartbeat;
import io.coppice.proto.node.v1.Hello;
import io.coppice.proto.node.v1.Inventory;
import io.coppice.proto.node.v1.NetworkStatus;
import io.coppice.proto.node.v1.Refused;
import io.coppice.proto.node.v1.Welcome;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * One availability zone in memory: its hosts, their instances, and what the Cloud Controller wants of them. One lock
 * guards it all; under it nothing blocks, since sessions and watches only queue. Thread-safe.
 */
public final class Zone {
    private static final Logger LOG = Logger.getLogger(Zone.class);
    private static final int REFUSED_RETRY_SECONDS = 30;
    /** Longest time for which telling hosts of networks keeps others from the zone. */
    private static final Duration DISTRIBUTE_FOR = Duration.ofMillis(20);

    private final ZoneSettings settings;
    private final ZoneEventLog log;
    private final Clock clock;
    private final HostRoster roster;
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private final Networks networks;
    private final ZoneTables tables;
    private final Rivals rivals;
    private final Sightings sightings;
    private final PublicWays publicWays = new PublicWays();
    private final ImagePlaces places = new ImagePlaces();
    private final ZoneImages images;
    private final Dispatcher dispatcher;
    private final Settling settling;

    /** An empty zone; hosts and the Cloud Controller fill it. */
    public Zone(ZoneSettings settings, Scheduler scheduler, ZoneEventLog log, Clock clock, HostRoster roster) {
        this.settings = settings;
        this.log = log;
        this.clock = clock;
        this.roster = roster;
        this.networks = new Networks(settings.name(), settings.maxNetworks());
        this.tables = new ZoneTables(networks);
        this.settling = new Settling(settings, tables, roster, clock.millis());
        this.dispatcher = new Dispatcher(settings, scheduler, tables, networks, places, log);
        this.images = new ZoneImages(lock, tables, places, clock);
        this.rivals = new Rivals(settings, tables, log);
        this.sightings = new Sightings(tables, log, dispatcher, rivals);
    }

    /** A host begins a session; one that it had before counts no more. It is welcomed or refused on {@code way}. */
    public void hello(NodeId node, Hello hello, HostConnection way) {
        locked(() -> {
            var known = tables.host(node);
            if (known == null && tables.hosts().size() >= settings.maxHosts()) {
                LOG.errorf("%s refused: the zone has its %d hosts", node, settings.maxHosts());
                way.send(refusal(node, "the zone has as many hosts as it is configured to take"));
                return;
            }
            var host = known == null ? tables.addHost(node) : known;
            host.begin(hello, way, clock.millis());
            host.instances().values().forEach(InstanceRecord::hostBegan);
            networks.began(host);
            publicWays.began(host);
            log.append(host.toProto(settings.name()));
            way.send(ClusterMessage.newBuilder()
                    .setNodeId(node.value())
                    .setWelcome(Welcome.newBuilder()
                            .setHeartbeatSeconds(
                                    Math.toIntExact(settings.heartbeat().toSeconds()))
                            .setZone(settings.name())
                            .setImageTicketKey(ByteString.copyFrom(places.ticketKey())))
                    .build());
        });
    }

    private static ClusterMessage refusal(NodeId node, String reason) {
        return ClusterMessage.newBuilder()
                .setNodeId(node.value())
                .setRefused(Refused.newBuilder().setReason(reason).setRetryAfterSeconds(REFUSED_RETRY_SECONDS))
                .build();
    }

    /** A host gave a sign of life. */
    public void heartbeat(NodeId node, Heartbeat heartbeat, HostConnection way) {
        locked(() -> {
            var host = speaking(node, way);
            if (host != null) {
                host.heard(heartbeat);
                places.heard(host, heartbeat, clock.millis());
                if (host.publicNetwork(heartbeat.getPublicNetwork())) {
                    LOG.warnf("host %s: %s", node, heartbeat.getPublicNetwork());
                    stateChanged(host);
                }
            }
        });
    }

    /** The image caches of its hosts. */
    public ZoneImages images() {
        return images;
    }

    /** What depends on which hosts are there, and on what they reach, is to be chosen anew. */
    private void stateChanged(HostRecord host) {
        networks.stateChanged(host);
        publicWays.changed();
    }

    /** A host told all that it has. */
    public void inventory(NodeId node, Inventory inventory, HostConnection way) {
        locked(() -> {
            var host = speaking(node, way);
            if (host == null) {
                return;
            }
            sightings.inventory(host, inventory, round());
            host.inventoried();
            networks.inventoried(host);
            publicWays.changed();
            log.append(host.toProto(settings.name()));
            var round = round();
            List.copyOf(host.instances().values()).forEach(instance -> dispatcher.dispatch(instance, round));
        });
    }

    /** A host saw something of one instance. */
    public void observed(NodeId node, Observation observation, HostConnection way) {
        locked(() -> {
            var host = speaking(node, way);
            if (host != null) {
                sightings.observe(host, observation, round());
            }
        });
    }

    /** A host missed something of a VPC and wants all of it again. */
    public void networkRequested(NodeId node, String vpcId, HostConnection way) {
        locked(() -> {
            var host = speaking(node, way);
            if (host != null) {
                networks.requested(host, vpcId);
            }
        });
    }

    /** A host told how far it has come with a VPC. */
    public void networkFollowed(NodeId node, NetworkStatus status, HostConnection way) {
        locked(() -> {
            var host = speaking(node, way);
            if (host != null && !(status.getGeneration() > 0 && rivals.isOn(host))) {
                networks.status(host, status);
            }
        });
    }

    /** A host leaves in good order. */
    public void goodbye(NodeId node, HostConnection way) {
        locked(() -> {
            var host = speaking(node, way);
            if (host != null) {
                host.leave();
                stateChanged(host);
                log.append(host.toProto(settings.name()));
            }
        });
    }

    /** A session is over. Its hosts count as up until their time is over. */
    public void disconnected(Collection<NodeId> nodes, HostConnection way) {
        locked(() -> nodes.forEach(node -> {
            var host = tables.host(node);
            if (host != null && host.connection() == way) {
                host.disconnect();
            }
        }));
    }

    /** The host that speaks, unless it has a newer session than this. */
    private @Nullable HostRecord speaking(NodeId node, HostConnection way) {
        var host = tables.host(node);
        if (host == null || host.connection() != way) {
            return null;
        }
        if (host.heard(clock.millis())) {
            stateChanged(host);
            log.append(host.toProto(settings.name()));
        }
        return host;
    }

    /** Takes wishes; what comes of them are events. Repeating them changes nothing. */
    public void apply(Map<InstanceId, DesiredInstance> wishes) {
        locked(() -> {
            var round = round();
            wishes.forEach((id, wish) -> {
                if (tables.instances().size() >= settings.maxInstances()
                        && !tables.instances().containsKey(id)) {
                    LOG.errorf("%s not taken: the zone has its %d instances", id, settings.maxInstances());
                    return;
                }
                var instance = tables.instance(id);
                if (instance.wish(wish, round.nowMillis())) {
                    dispatcher.dispatch(instance, round);
                }
            });
        });
    }

    /** Takes VPCs as they should be; repeating them changes nothing. */
    public void applyNetworks(List<Vpc> vpcs) {
        locked(() -> {
            if (networks.apply(vpcs)) {
                dispatcher.dispatchAll(round());
            }
        });
    }

    /**
     * Tells hosts what they do not know yet of VPCs and of the public network; called many times a second by one thread, so that
     * what changes within a moment goes out together. True when some hosts are left for the next time.
     */
    public boolean distribute() {
        return locked(() -> {
            var now = clock.millis();
            if (settling.hasSettled(now)) {
                publicWays.distribute(tables.byArrival());
            }
            return networks.distribute(
                    settling.knowsInterfaces(now, networks.neighbours().haveTold()), DISTRIBUTE_FOR.toNanos());
        });
    }

    /** The cloud has other zones, of these names, whose controllers will tell where their interfaces are. Before all else. */
    public void expectNeighbours(Set<String> zones) {
        locked(() -> networks.neighbours().expect(zones));
    }

    /** The controller of another zone begins to tell where its interfaces are, from the start. */
    public void neighbourBegins(String other) {
        locked(() -> networks.neighbours().begin(other));
    }

    /** The controller of another zone told something. */
    public void neighbourTold(String other, ZoneNews news) {
        locked(() -> networks.neighbours().told(other, news));
    }

    /** The controller of another zone wants to know where interfaces of this one are. */
    public Following follow() {
        return locked(() -> new Following(networks.neighbours().follow()));
    }

    /** What another zone's controller was told so far. Thread-safe. */
    public final class Following implements AutoCloseable {
        private final NeighbourView view;

        private Following(NeighbourView view) {
            this.view = view;
        }

        /** What it is to be told next, in this order; nothing when it knows all, or the zone does not know it yet. */
        public List<ZoneNews> next() {
            return locked(() -> settling.hasSettled(clock.millis()) ? view.next() : List.of());
        }

        /** It does not want to know any more. */
        @Override
        public void close() {
            locked(() -> networks.neighbours().end(view));
        }
    }

    /** Does what time makes due; called about twice a second by one thread. */
    public void tick() {
        var hosts = locked(() -> {
            var now = clock.millis();
            for (var host : tables.byArrival()) {
                if (host.isUp()
                        && now - host.heardMillis()
                                >= settings.unreachableAfter().toMillis()) {
                    LOG.warnf("host %s is unreachable", host.id());
                    host.missed();
                    stateChanged(host);
                    log.append(host.toProto(settings.name()));
                }
            }
            rivals.settle(now);
            dispatcher.dispatchAll(round());
            return List.copyOf(tables.hosts().keySet());
        });
        roster.add(hosts);
    }

    /** All that the zone knows now. */
    public ZoneSnapshot snapshot() {
        return locked(() -> new ZoneSnapshot(
                log.last(),
                tables.byArrival().stream()
                        .map(host -> host.toProto(settings.name()))
                        .toList(),
                tables.instances().values().stream()
                        .flatMap(instance -> instance.newest().stream())
                        .toList(),
                tables.byArrival().stream()
                        .filter(HostRecord::isComplete)
                        .map(host -> host.id().value())
                        .toList()));
    }

    /** At most {@code limit} hosts by id, beginning after this one, or with the first when it is empty. */
    public List<Host> hosts(Optional<NodeId> after, int limit) {
        return locked(() -> {
            var rest = after.isPresent() ? tables.hosts().tailMap(after.get(), false) : tables.hosts();
            return rest.values().stream()
                    .limit(limit)
                    .map(host -> host.toProto(settings.name()))
                    .toList();
        });
    }

    /** The host that carries an instance and the way to it; empty when no host is known to. */
    public Optional<Carrier> carrier(InstanceId instance) {
        return locked(() -> Optional.ofNullable(tables.instances().get(instance))
                .map(InstanceRecord::host)
                .map(host -> new Carrier(host.id(), Optional.ofNullable(host.connection()))));
    }

    /**
     * Who carries an instance.
     *
     * @param way empty while the host has no session
     */
    public record Carrier(NodeId node, Optional<HostConnection> way) {}

    private Round round() {
        var now = clock.millis();
        return Round.at(now, settling.isSettled(now));
    }

    private void locked(Runnable action) {
        lock.lock();
        try {
            action.run();
        } finally {
            lock.unlock();
        }
    }

    private <T> T locked(Supplier<T> action) {
        lock.lock();
        try {
            return action.get();
        } finally {
            lock.unlock();
        }
    }
}
