package io.coppice.node;

import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.TlsMaterial;
import io.coppice.foundation.rpc.Address;
import io.coppice.foundation.rpc.RpcChannels;
import io.coppice.node.agent.AgentConfig;
import io.coppice.node.agent.HostDrivers;
import io.coppice.node.agent.NodeAgent;
import io.coppice.node.agent.NodeAgent.Host;
import io.coppice.node.agent.NodeLink;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/**
 * The agents of this process's hosts and their one session. Ending it leaves every guest as it is. Add hosts, then
 * {@link #connect}; not thread-safe before that.
 */
public final class NodeController implements AutoCloseable {
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final ScheduledExecutorService timer;
    private final NodeAgent.Shared shared;
    private final AgentConfig config;
    private final ManagedChannel channel;
    private final NodeLink link;
    private final List<NodeAgent> agents = new ArrayList<>();

    /**
     * Prepares to serve hosts.
     *
     * @param cluster where the Cluster Controller listens
     * @param tls speaks for every host that is added
     */
    public NodeController(Address cluster, TlsMaterial tls, AgentConfig config, Clock clock) {
        this.config = config;
        this.timer = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("node-timer").factory());
        this.shared = new NodeAgent.Shared(executor, timer, clock);
        this.channel = RpcChannels.open(cluster, tls, PeerKind.CLUSTER_CONTROLLER);
        this.link = new NodeLink(channel, config.linkSettings(), shared);
    }

    /** Lets time pass for simulated guests; ends with this. */
    public ScheduledExecutorService timer() {
        return timer;
    }

    /** Starts the agent of a host. Its drivers are closed with this. */
    public void add(Host host, HostDrivers drivers) throws IOException {
        var agent = new NodeAgent(host, drivers, config.agentSettings(), shared);
        agents.add(agent);
        agent.start();
        link.attach(agent);
    }

    /** Dials the Cluster Controller, again and again if need be, and returns at once. */
    public void connect() {
        link.start();
    }

    /** Whether the Cluster Controller has welcomed this process. */
    public boolean connected() {
        return link.connected();
    }

    /** How many hosts it serves. */
    public int hosts() {
        return agents.size();
    }

    /** How many instances they have, in whatever state. */
    public int instances() {
        return agents.stream().mapToInt(NodeAgent::instances).sum();
    }

    /** Says goodbye and ends; guests go on. */
    @Override
    public void close() {
        link.close();
        agents.forEach(NodeAgent::close);
        channel.shutdown();
        timer.shutdownNow();
        executor.shutdown();
    }
}
