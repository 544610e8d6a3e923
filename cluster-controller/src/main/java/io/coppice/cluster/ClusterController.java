package io.coppice.cluster;

import io.coppice.cluster.control.ClusterControllerService;
import io.coppice.cluster.control.NeighbourFollower;
import io.coppice.cluster.control.ZoneNeighboursService;
import io.coppice.cluster.event.ZoneEventLog;
import io.coppice.cluster.schedule.Scheduler;
import io.coppice.cluster.session.ConsoleRequests;
import io.coppice.cluster.session.NodeGatewayService;
import io.coppice.cluster.session.NodeGatewayService.Door;
import io.coppice.cluster.session.RecordedFlows;
import io.coppice.cluster.session.Speakers;
import io.coppice.cluster.zone.HostRoster;
import io.coppice.cluster.zone.Zone;
import io.coppice.foundation.pki.OwnCertificate;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.TlsMaterial;
import io.coppice.foundation.role.RoleStartException;
import io.coppice.foundation.rpc.Address;
import io.coppice.foundation.rpc.RpcChannels;
import io.coppice.foundation.rpc.RpcServer;
import io.coppice.proto.cluster.v1.HostState;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * The Cluster Controller of one zone, put together and listening. It keeps no state that its hosts and the Cloud
 * Controller could not give it again. Thread-safe.
 */
public final class ClusterController implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(ClusterController.class);
    private static final int TICK_MILLIS = 500;
    /** What changes of networks within this time goes to hosts together. */
    private static final int DISTRIBUTE_MILLIS = 20;

    private final Zone zone;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final ScheduledExecutorService ticker = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("zone-ticker").factory());
    private final ManagedChannel cloud;
    private final NodeGatewayService gateway;
    private final ClusterControllerService control;
    private final RpcServer server;
    private final ZoneNeighboursService tellsNeighbours;
    private final List<ManagedChannel> neighbours;
    private final List<NeighbourFollower> followers = new ArrayList<>();

    /**
     * Where it stands.
     *
     * @param listen where hosts and Cloud Controller dial in; port 0 takes a free one
     * @param cloud the Cloud Controller's gRPC door, for hosts that join
     * @param folder for its few own files
     */
    public record Site(String zone, Address listen, Address cloud, Path folder) {}

    private ClusterController(Site site, ClusterConfig config, OwnCertificate own, Clock clock) throws IOException {
        var log = new ZoneEventLog(config.eventLog());
        this.zone = new Zone(
                config.zoneSettings(site.zone()),
                Scheduler.named(config.scheduler()),
                log,
                clock,
                HostRoster.open(site.folder().resolve("hosts")));
        var others = neighbours(site.zone(), config);
        zone.expectNeighbours(others.keySet());
        this.cloud = RpcChannels.open(site.cloud(), own, PeerKind.CLOUD_CONTROLLER);
        this.tellsNeighbours = new ZoneNeighboursService(zone);
        var consoles =
                new ConsoleRequests(zone, config.consoleTimeout(), config.consoleMaxBytes(), config.consoleRequests());
        var flows = new RecordedFlows(config.flowReportBytes());
        var door = new Door(site.zone(), new Speakers(config.allowSimulatedHosts()), flows, config.sessionQueue());
        this.gateway = new NodeGatewayService(zone, door, consoles, cloud);
        this.control = new ClusterControllerService(zone, log, consoles, flows, executor);
        try {
            this.server = RpcServer.listeningOn(site.listen(), own)
                    .offerWithOpenMethods(gateway, Set.of(PeerKind.NODE), Set.of(NodeGatewayService.OPEN_METHOD))
                    .offer(control, PeerKind.CLOUD_CONTROLLER)
                    .offer(tellsNeighbours, PeerKind.CLUSTER_CONTROLLER)
                    .start();
        } catch (IOException e) {
            cloud.shutdownNow();
            ticker.shutdownNow();
            executor.shutdownNow();
            throw e;
        }
        ticker.scheduleWithFixedDelay(() -> round(zone::tick), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        ticker.scheduleWithFixedDelay(
                () -> round(zone::distribute), DISTRIBUTE_MILLIS, DISTRIBUTE_MILLIS, TimeUnit.MILLISECONDS);
        ticker.scheduleWithFixedDelay(
                () -> round(tellsNeighbours::tell), DISTRIBUTE_MILLIS, DISTRIBUTE_MILLIS, TimeUnit.MILLISECONDS);
        var aliveMillis = config.keepAlive().toMillis();
        ticker.scheduleWithFixedDelay(
                () -> round(control::keepWatchesAlive), aliveMillis, aliveMillis, TimeUnit.MILLISECONDS);
        ticker.scheduleWithFixedDelay(
                () -> round(tellsNeighbours::keepAlive), aliveMillis, aliveMillis, TimeUnit.MILLISECONDS);
        this.neighbours = follow(others, own);
    }

    private List<ManagedChannel> follow(Map<String, Address> others, OwnCertificate own) {
        var channels = new ArrayList<ManagedChannel>();
        others.forEach((name, address) -> {
            var channel = RpcChannels.open(address, own, PeerKind.CLUSTER_CONTROLLER);
            channels.add(channel);
            followers.add(NeighbourFollower.start(zone, name, channel));
        });
        return channels;
    }

    private static Map<String, Address> neighbours(String zone, ClusterConfig config) {
        var addresses = new TreeMap<String, Address>();
        config.neighbours().forEach((name, address) -> {
            var key = "coppice.cluster.neighbours." + name;
            if (name.equals(zone)) {
                throw new RoleStartException("the zone " + zone + " is its own neighbour", "remove the key " + key);
            }
            try {
                addresses.put(name, Address.parse(address));
            } catch (IllegalArgumentException e) {
                throw new RoleStartException(key + " is no address: " + address, "set " + key + " to host:port", e);
            }
        });
        return addresses;
    }

    /** Starts to listen. Throws {@link IOException} when the port is taken or the folder cannot be used. */
    public static ClusterController start(Site site, ClusterConfig config, TlsMaterial tls, Clock clock)
            throws IOException {
        return start(site, config, OwnCertificate.of(tls), clock);
    }

    /** As the other one, with a certificate that may be renewed while it listens. */
    public static ClusterController start(Site site, ClusterConfig config, OwnCertificate own, Clock clock)
            throws IOException {
        return new ClusterController(site, config, own, clock);
    }

    /** The port that it really listens on. */
    public int port() {
        return server.port();
    }

    /** How many hosts are up, and how many are known. */
    public HostCount hosts() {
        var all = zone.hosts(Optional.empty(), Integer.MAX_VALUE);
        var up = all.stream()
                .filter(host -> host.getState() == HostState.HOST_STATE_UP)
                .count();
        return new HostCount(Math.toIntExact(up), all.size());
    }

    /** Hosts of the zone, counted. */
    public record HostCount(int up, int known) {}

    private static void round(Runnable round) {
        try {
            round.run();
        } catch (RuntimeException e) {
            // The boundary of the ticker: one bad round must not end all later ones.
            LOG.error("a round of the zone failed", e);
        }
    }

    /** Ends sessions and watches in good order; hosts and their guests go on. */
    @Override
    public void close() {
        ticker.shutdownNow();
        followers.forEach(NeighbourFollower::close);
        neighbours.forEach(ManagedChannel::shutdownNow);
        tellsNeighbours.close();
        control.close();
        gateway.close();
        server.close();
        cloud.shutdownNow();
        executor.shutdown();
    }
}
