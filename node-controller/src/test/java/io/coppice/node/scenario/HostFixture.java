package io.coppice.node.scenario;

import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.NodeId;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.rpc.Address;
import io.coppice.foundation.rpc.RpcChannels;
import io.coppice.node.agent.InstanceMemory;
import io.coppice.node.agent.LinkSettings;
import io.coppice.node.agent.NodeAgent;
import io.coppice.node.agent.NodeFiles;
import io.coppice.node.agent.NodeLink;
import io.coppice.node.hypervisor.DomainState;
import io.coppice.node.simulated.SimulatedHardware;
import io.coppice.node.simulated.SimulatedHost;
import io.coppice.node.simulated.SimulationPlan;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One simulated host with a real agent. */
final class HostFixture implements AutoCloseable {
    private static final int CONSOLE_BYTES = 1 << 16;

    private final ZoneFixture zone;
    private final String name;
    private final Path folder;
    private final SimulatedHardware hardware;
    private final NodeId id;
    private final ZoneFixture.Dressing dressing;
    private final Wire wire;
    private SimulationPlan plan;
    private @Nullable SimulatedHost host;
    private @Nullable NodeAgent agent;
    private @Nullable NodeLink link;
    private @Nullable ManagedChannel channel;

    HostFixture(
            ZoneFixture zone,
            String name,
            SimulatedHardware hardware,
            SimulationPlan plan,
            ZoneFixture.Dressing dressing)
            throws IOException {
        this.dressing = dressing;
        this.zone = zone;
        this.name = name;
        this.folder = zone.folder().resolve(name);
        this.hardware = hardware;
        this.plan = plan;
        this.id = NodeFiles.nodeId(folder);
        this.wire = new Wire(zone::port);
    }

    String name() {
        return name;
    }

    NodeId id() {
        return id;
    }

    Wire wire() {
        return wire;
    }

    void behaves(SimulationPlan next) {
        plan = next;
    }

    void starts() throws IOException {
        var opened = SimulatedHost.open(folder, hardware, plan, zone.timer());
        var started = new NodeAgent(
                new NodeAgent.Host(id, name, folder, "test"),
                dressing.dress(id, opened.drivers()),
                zone.settings(),
                zone.shared());
        started.start();
        var dialled = RpcChannels.open(
                new Address("127.0.0.1", wire.port()),
                zone.material(PeerKind.NODE, id.value()),
                PeerKind.CLUSTER_CONTROLLER);
        var settings = new LinkSettings(Duration.ofMillis(50), Duration.ofMillis(500), 16, 1024);
        var linked = new NodeLink(dialled, settings, zone.shared());
        linked.attach(started);
        linked.start();
        host = opened;
        agent = started;
        link = linked;
        channel = dialled;
    }

    /** The agent ends without a word, as by kill -9; guests go on. */
    void agentDies() {
        if (channel != null) {
            channel.shutdownNow();
        }
        if (link != null) {
            link.close();
        }
        if (agent != null) {
            agent.close();
        }
    }

    /** Power is cut: agent and guests are gone at once. */
    void dies() {
        agentDies();
        simulation().hypervisor().cutPower();
    }

    SimulatedHost simulation() {
        return Objects.requireNonNull(host);
    }

    Set<String> traces() {
        return simulation().traces();
    }

    boolean runs(InstanceId instance) {
        return simulation()
                .hypervisor()
                .find(instance)
                .filter(domain -> domain.state() == DomainState.RUNNING)
                .isPresent();
    }

    int boots(InstanceId instance) {
        try {
            var console = memory().console(instance, CONSOLE_BYTES).newest().toStringUtf8();
            return console.split("login:", -1).length - 1;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the agent remembers, to look at and to tamper with while it is down. */
    InstanceMemory memory() {
        return simulation().drivers().memory();
    }

    @Override
    public void close() throws IOException {
        agentDies();
        wire.close();
    }
}
