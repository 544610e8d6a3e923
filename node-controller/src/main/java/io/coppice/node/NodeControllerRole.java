package io.coppice.node;

import io.coppice.foundation.id.NodeId;
import io.coppice.foundation.pki.OwnCertificate;
import io.coppice.foundation.pki.PeerIdentity;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.RolePki;
import io.coppice.foundation.role.Role;
import io.coppice.foundation.role.RoleHealth;
import io.coppice.foundation.role.RoleName;
import io.coppice.foundation.role.RoleStartException;
import io.coppice.foundation.role.SiteConfig;
import io.coppice.foundation.rpc.Address;
import io.coppice.node.agent.AgentConfig;
import io.coppice.node.agent.JoinToken;
import io.coppice.node.agent.NodeAgent.Host;
import io.coppice.node.agent.NodeConfig;
import io.coppice.node.agent.NodeFiles;
import io.coppice.node.agent.NodeJoin;
import io.coppice.node.disk.NbdCredentials;
import io.coppice.node.hypervisor.HypervisorException;
import io.coppice.node.hypervisor.LibvirtHost;
import io.coppice.node.hypervisor.PeerSite;
import io.coppice.node.simulated.SimulatedHost;
import io.coppice.node.simulated.SimulationConfig;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** The Node Controller as a role of a process: one real host, or as many simulated ones as configured. */
@ApplicationScoped
public class NodeControllerRole implements Role {
    private static final Logger LOG = Logger.getLogger(NodeControllerRole.class);
    /** The name in the certificate of a process that stands for many hosts. */
    private static final String SIMULATED = "simulated";

    private static final String LIBVIRT = "libvirt";
    private static final int MAX_SIMULATED_HOSTS = 10_000;

    private final SiteConfig site;
    private final NodeConfig node;
    private final AgentConfig agent;
    private final SimulationConfig simulation;
    private volatile @Nullable NodeController controller;

    /** Takes the process's configuration; nothing is opened before {@link #start}. */
    public NodeControllerRole(SiteConfig site, NodeConfig node, AgentConfig agent, SimulationConfig simulation) {
        this.site = site;
        this.node = node;
        this.agent = agent;
        this.simulation = simulation;
    }

    @Override
    public RoleName name() {
        return RoleName.NODE_CONTROLLER;
    }

    @Override
    public void start() {
        var folder = site.dataDir().resolve("node");
        try {
            switch (node.hypervisor()) {
                case SIMULATED -> startSimulated(folder);
                case LIBVIRT -> startReal(folder);
                default ->
                    throw new RoleStartException(
                            "no hypervisor \"" + node.hypervisor() + "\"",
                            "set coppice.node.hypervisor to libvirt or simulated");
            }
        } catch (IOException e) {
            throw new RoleStartException(
                    "the Node Controller cannot use its folder or its network: " + e.getMessage(),
                    "check that " + folder + " can be written and that this process may change the host's network",
                    e);
        } catch (HypervisorException e) {
            throw new RoleStartException(
                    "the hypervisor cannot be used: " + e.getMessage(),
                    "check that libvirt answers at " + node.libvirtUri() + ", or set coppice.node.hypervisor=simulated",
                    e);
        } catch (IllegalArgumentException e) {
            throw new RoleStartException(
                    String.valueOf(e.getMessage()),
                    "correct the keys that begin with coppice.node or coppice.agent",
                    e);
        }
    }

    private void startReal(Path folder) throws IOException {
        var place = placeOfOne(folder);
        var pki = place.joined().orElseGet(() -> RolePki.folder(site.dataDir(), place.identity()));
        if (!NbdCredentials.fill(Path.of(node.nbdTlsFolder()), pki)) {
            LOG.debugf("%s is not there: volumes that are served with TLS cannot be attached", node.nbdTlsFolder());
        }
        open(place, opened -> {
            var authority = place.own().current().authority();
            var id = new NodeId(place.identity().name());
            var among = node.imagePeers()
                    ? Optional.of(PeerSite.of(place.own(), pki, node, place.cluster()))
                    : Optional.<PeerSite>empty();
            opened.add(
                    new Host(id, hostName(), folder, version()),
                    LibvirtHost.open(node, id.value(), folder, authority, among));
        });
    }

    private void startSimulated(Path folder) throws IOException {
        var count = node.simulatedHosts();
        if (count < 1 || count > MAX_SIMULATED_HOSTS) {
            throw new RoleStartException(
                    count + " simulated hosts are not possible",
                    "set coppice.node.simulated-hosts to 1 to " + MAX_SIMULATED_HOSTS);
        }
        if (count > 1 && node.joinToken().isPresent()) {
            throw new RoleStartException(
                    "a join token is good for one host, not for " + count + " simulated ones",
                    "remove coppice.node.join-token or set coppice.node.simulated-hosts to 1");
        }
        var place = count == 1 ? placeOfOne(folder) : localPlace(SIMULATED);
        open(place, opened -> {
            for (int i = 0; i < count; i++) {
                var own = count == 1 ? folder : folder.resolve(SIMULATED).resolve("%05d".formatted(i));
                var id = count == 1 ? new NodeId(place.identity().name()) : NodeFiles.nodeId(own);
                var name = count == 1 ? hostName() : "simulated-%05d".formatted(i);
                var host = SimulatedHost.open(own, simulation.hardware(), simulation.plan(), opened.timer());
                opened.add(new Host(id, name, own, version()), host.drivers());
            }
        });
    }

    /**
     * Where the Cluster Controller is and who this process is to it.
     *
     * @param joined where the certificate is kept that a join token brought
     */
    private record Place(Address cluster, OwnCertificate own, Optional<Path> joined) {
        PeerIdentity identity() {
            return own.current().identity();
        }
    }

    private Place placeOfOne(Path folder) throws IOException {
        if (node.joinToken().isEmpty()) {
            return localPlace(NodeFiles.nodeId(folder).value());
        }
        var token = JoinToken.parse(node.joinToken().get());
        var own = OwnCertificate.of(NodeJoin.ensure(token, folder, hostName()));
        return new Place(token.cluster(), own, Optional.of(NodeJoin.pki(folder)));
    }

    private Place localPlace(String name) {
        return new Place(
                Address.parse(site.endpoints().cluster()),
                RolePki.keep(site.dataDir(), new PeerIdentity(PeerKind.NODE, name), Clock.systemUTC()),
                Optional.empty());
    }

    @FunctionalInterface
    private interface Hosts {
        void addTo(NodeController opened) throws IOException;
    }

    private void open(Place place, Hosts hosts) throws IOException {
        var opened = new NodeController(place.cluster(), place.own(), agent, Clock.systemUTC());
        var complete = false;
        try {
            hosts.addTo(opened);
            opened.connect();
            place.joined().ifPresent(opened::renewCertificate);
            complete = true;
        } finally {
            if (!complete) {
                opened.close();
            }
        }
        controller = opened;
    }

    private static String hostName() {
        return HostName.current();
    }

    private static String version() {
        return Optional.ofNullable(NodeControllerRole.class.getPackage().getImplementationVersion())
                .orElse("unknown");
    }

    @Override
    public void stop() {
        var running = controller;
        controller = null;
        if (running != null) {
            running.close();
        }
    }

    @Override
    public RoleHealth health() {
        var running = controller;
        if (running == null) {
            return RoleHealth.notReady("not started");
        }
        if (!running.connected()) {
            return RoleHealth.notReady("no session with the Cluster Controller; dialling again");
        }
        var details = Map.of(
                "hypervisor", node.hypervisor(),
                "hosts", Integer.toString(running.hosts()),
                "instances", Integer.toString(running.instances()));
        return RoleHealth.ready(
                running.hosts() + " " + node.hypervisor() + " host" + (running.hosts() == 1 ? "" : "s") + " in session",
                details);
    }
}
