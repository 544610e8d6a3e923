package io.coppice.node;

import io.coppice.foundation.pki.OwnCertificate;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.TlsMaterial;
import io.coppice.foundation.rpc.Address;
import io.coppice.foundation.rpc.RpcChannels;
import io.coppice.node.agent.AgentConfig;
import io.coppice.node.agent.CertificateRenewal;
import io.coppice.node.agent.HostDrivers;
import io.coppice.node.agent.NodeAgent;
import io.coppice.node.agent.NodeAgent.Host;
import io.coppice.node.agent.NodeLink;
import io.grpc.ManagedChannel;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * The agents of this process's hosts and their one session. Ending it leaves every guest as it is. Add hosts, then
 * {@link #connect}; not thread-safe before that.
 */
public final class NodeController implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(NodeController.class);

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final ScheduledExecutorService timer;
    private final NodeAgent.Shared shared;
    private final AgentConfig config;
    private final ManagedChannel channel;
    private final NodeLink link;
    private final OwnCertificate own;
    private final Clock clock;
    private final List<NodeAgent> agents = new ArrayList<>();

    /**
     * Prepares to serve hosts.
     *
     * @param cluster where the Cluster Controller listens
     * @param tls speaks for every host that is added
     */
    public NodeController(Address cluster, TlsMaterial tls, AgentConfig config, Clock clock) {
        this(cluster, OwnCertificate.of(tls), config, clock);
    }

    /** As the other constructor, with a certificate that may be renewed meanwhile. */
    public NodeController(Address cluster, OwnCertificate own, AgentConfig config, Clock clock) {
        this.own = own;
        this.clock = clock;
        this.config = config;
        this.timer = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().daemon().name("node-timer").factory());
        this.shared = new NodeAgent.Shared(executor, timer, clock);
        this.channel = RpcChannels.open(cluster, own, PeerKind.CLUSTER_CONTROLLER);
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

    /** Has the certificate renewed by the cloud before it ends; for a host that joined by token, which keeps it there. */
    public void renewCertificate(Path pki) {
        renew(new CertificateRenewal(own, pki, channel, clock));
    }

    private void renew(CertificateRenewal renewal) {
        executor.execute(() -> {
            var wait = renewal.run();
            try {
                timer.schedule(() -> renew(renewal), wait.toMillis(), TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                LOG.debug("the process is ending: the certificate is not looked at again");
            }
        });
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
