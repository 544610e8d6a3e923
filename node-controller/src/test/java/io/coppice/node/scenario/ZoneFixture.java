package io.coppice.node.scenario;

import static io.coppice.node.scenario.Eventually.eventually;

import io.coppice.cluster.ClusterConfig;
import io.coppice.cluster.ClusterController;
import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.NodeId;
import io.coppice.foundation.pki.CertificateAuthority;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.TlsMaterial;
import io.coppice.foundation.rpc.Address;
import io.coppice.node.agent.AgentSettings;
import io.coppice.node.agent.FreezeLimits;
import io.coppice.node.agent.HostDrivers;
import io.coppice.node.agent.NodeAgent;
import io.coppice.node.simulated.SimulatedHardware;
import io.coppice.node.simulated.SimulationPlan;
import io.coppice.proto.cluster.v1.Host;
import io.coppice.proto.cluster.v1.HostState;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.ImageReference;
import io.coppice.proto.compute.v1.Machine;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.compute.v1.Phase;
import io.coppice.proto.compute.v1.PowerState;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.stream.IntStream;

/** A zone of one test: its controller, its hosts, and the cloud above it. */
public final class ZoneFixture implements AutoCloseable {
    static final SimulatedHardware SMALL_HOST = new SimulatedHardware(4, 4096, 20_480, "x86_64");

    private static final String ACCOUNT = "123456789012";

    private final String name;
    private final Path folder;
    private final CertificateAuthority authority;
    private final Map<String, String> config = new HashMap<>(Map.of(
            "coppice.cluster.heartbeat", "1s",
            "coppice.cluster.unreachable-after", "4s",
            "coppice.cluster.settle", "2s",
            "coppice.cluster.unknown-host-after", "3s",
            "coppice.cluster.redeliver-after", "1s",
            "coppice.cluster.keep-alive", "1s"));
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(1);
    private final List<HostFixture> hosts = new ArrayList<>();
    private AgentSettings settings = new AgentSettings(
            Duration.ofSeconds(3),
            Duration.ofMillis(500),
            4,
            3,
            Duration.ofMillis(50),
            Duration.ofMillis(200),
            Duration.ofMillis(300),
            Duration.ofSeconds(1),
            new FreezeLimits(Duration.ofMillis(500), Duration.ofSeconds(2)),
            4096);
    private ClusterController controller;
    private int port;
    private CloudFixture cloud;

    ZoneFixture(Path folder) throws IOException {
        this(folder, Map.of());
    }

    ZoneFixture(Path folder, Map<String, String> config) throws IOException {
        this("us-east-1a", folder, folder.resolve("ca"), config);
    }

    private ZoneFixture(String name, Path folder, Path authority, Map<String, String> config) throws IOException {
        this.name = name;
        this.folder = folder;
        this.config.putAll(config);
        this.authority = CertificateAuthority.openOrCreate(authority, Clock.systemUTC());
        this.controller = startController();
        this.port = controller.port();
        this.cloud = new CloudFixture(port, material(PeerKind.CLOUD_CONTROLLER, "cloud"));
    }

    /** One of several zones, which have one authority and a folder together. */
    public static ZoneFixture named(String name, Path folder, Map<String, String> config) throws IOException {
        return new ZoneFixture(name, folder.resolve(name), folder.resolve("ca"), config);
    }

    /** What a host has in place of what is simulated. */
    public interface Dressing {
        /** What an agent with this id is to drive. */
        HostDrivers dress(NodeId id, HostDrivers simulated) throws IOException;
    }

    /** From the controller's next start on. */
    public void configure(String key, String value) {
        config.put(key, value);
    }

    private ClusterController startController() throws IOException {
        var mapped = new SmallRyeConfigBuilder()
                .addDiscoveredConverters()
                .withMapping(ClusterConfig.class)
                .withDefaultValues(config)
                .build()
                .getConfigMapping(ClusterConfig.class);
        var site = new ClusterController.Site(
                name, new Address("127.0.0.1", port), new Address("127.0.0.1", 1), folder.resolve("cluster"));
        return ClusterController.start(site, mapped, material(PeerKind.CLUSTER_CONTROLLER, name), Clock.systemUTC());
    }

    TlsMaterial material(PeerKind kind, String name) throws IOException {
        return authority.issue(new PeerIdentity(kind, name), List.of());
    }

    NodeAgent.Shared shared() {
        return new NodeAgent.Shared(executor, timer, Clock.systemUTC());
    }

    ScheduledExecutorService timer() {
        return timer;
    }

    AgentSettings settings() {
        return settings;
    }

    Path folder() {
        return folder;
    }

    public int port() {
        return port;
    }

    public CloudFixture cloud() {
        return cloud;
    }

    HostFixture host() throws IOException {
        return host(SMALL_HOST, SimulationPlan.healthy());
    }

    HostFixture host(SimulatedHardware hardware, SimulationPlan plan) throws IOException {
        return host(hardware, plan, (id, simulated) -> simulated);
    }

    /** A host of which not everything is simulated. */
    public void host(Dressing dressing) throws IOException {
        host(SMALL_HOST, SimulationPlan.healthy(), dressing);
    }

    HostFixture host(SimulatedHardware hardware, SimulationPlan plan, Dressing dressing) throws IOException {
        var host = new HostFixture(this, "host-" + hosts.size(), hardware, plan, dressing);
        hosts.add(host);
        host.starts();
        eventually(host.name() + " is up", () -> state(host) == HostState.HOST_STATE_UP);
        return host;
    }

    /** Power is cut at a host. */
    public void hostDies(NodeId id) {
        fixture(id).dies();
    }

    /** A host that died is switched on again, and seen. */
    public void hostStarts(NodeId id) throws IOException {
        var host = fixture(id);
        host.starts();
        eventually(host.name() + " is up", () -> state(host) == HostState.HOST_STATE_UP);
    }

    private HostFixture fixture(NodeId id) {
        return hosts.stream().filter(each -> each.id().equals(id)).findFirst().orElseThrow();
    }

    HostState state(HostFixture host) {
        return cloud.hosts().stream()
                .filter(each -> each.getNodeId().equals(host.id().value()))
                .map(Host::getState)
                .findFirst()
                .orElse(HostState.HOST_STATE_UNSPECIFIED);
    }

    public void controllerStops() {
        controller.close();
    }

    public void controllerStarts() throws IOException {
        controller = startController();
    }

    InstanceFixture launch() {
        return launch(1).getFirst();
    }

    List<InstanceFixture> launch(int count) {
        return launch(count, 1, 512);
    }

    List<InstanceFixture> launch(int count, int vcpus, long memoryMib) {
        var wishes = IntStream.range(0, count)
                .mapToObj(i -> wish(InstanceId.random(), vcpus, memoryMib))
                .toList();
        cloud.apply(wishes);
        return wishes.stream()
                .map(wish -> new InstanceFixture(cloud, new InstanceId(wish.getInstanceId())))
                .toList();
    }

    public static DesiredInstance wish(InstanceId instance, int vcpus, long memoryMib) {
        return DesiredInstance.newBuilder()
                .setInstanceId(instance.value())
                .setGeneration(1)
                .setPower(PowerState.POWER_STATE_RUNNING)
                .setAccountId(ACCOUNT)
                .setMachine(Machine.newBuilder()
                        .setInstanceType("t." + vcpus)
                        .setVcpus(vcpus)
                        .setMemoryMib(memoryMib)
                        .setRootDiskMib(1024))
                .setImage(ImageReference.newBuilder()
                        .setImageId("ami-0123456789abcdef0")
                        .setSha256("ab".repeat(32))
                        .setSizeBytes(1024 * 1024)
                        .setFormat("raw")
                        .setUrl("http://images.invalid/one")
                        .setVirtualSizeBytes(512L * 1024 * 1024))
                .addEndpoints(NetworkEndpoint.newBuilder()
                        .setNetworkInterfaceId("eni-0123456789abcdef0")
                        .setMac("02:00:00:00:00:01")
                        .setPrivateIpv4("172.31.0.10"))
                .setZone("us-east-1a")
                .build();
    }

    @Override
    public void close() throws Exception {
        cloud.close();
        for (var host : hosts) {
            host.close();
        }
        controller.close();
        timer.shutdownNow();
        executor.shutdownNow();
    }

    /** One instance as its user sees it. */
    static final class InstanceFixture {
        private final CloudFixture cloud;
        private final InstanceId id;

        InstanceFixture(CloudFixture cloud, InstanceId id) {
            this.cloud = cloud;
            this.id = id;
        }

        InstanceId id() {
            return id;
        }

        DesiredInstance change(PowerState power) {
            var wish = cloud.wish(id);
            var next = wish.toBuilder()
                    .setGeneration(wish.getGeneration() + 1)
                    .setPower(power)
                    .build();
            cloud.apply(List.of(next));
            return next;
        }

        void stop() {
            change(PowerState.POWER_STATE_STOPPED);
        }

        void start() {
            change(PowerState.POWER_STATE_RUNNING);
        }

        void terminate() {
            change(PowerState.POWER_STATE_TERMINATED);
        }

        void reboot() {
            var wish = cloud.wish(id);
            cloud.apply(List.of(wish.toBuilder()
                    .setGeneration(wish.getGeneration() + 1)
                    .setRebootCount(wish.getRebootCount() + 1)
                    .build()));
        }

        void becomes(Phase phase) {
            cloud.awaitPhase(id, phase, cloud.wish(id).getGeneration());
        }

        String host() {
            return cloud.last(id).getNodeId();
        }

        long times(Phase phase) {
            return cloud.seen(id).stream()
                    .filter(each -> each.getPhase() == phase)
                    .count();
        }
    }
}
