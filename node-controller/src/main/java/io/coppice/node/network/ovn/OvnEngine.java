package io.coppice.node.network.ovn;

import io.coppice.node.agent.NodeConfig;
import io.coppice.node.command.CommandRunner;
import io.coppice.node.network.ovn.LocalSwitch.Chassis;
import io.coppice.node.network.vpc.HostSide;
import io.coppice.node.network.vpc.HostVpcs;
import io.coppice.node.network.vpc.Namespace;
import io.coppice.node.network.vpc.ServiceSpace;
import io.coppice.node.network.vpc.VpcFiles;
import io.coppice.node.network.vpc.VpcSettings;
import io.coppice.node.network.vpc.VpcState;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Virtual private clouds by OVN: each host writes its part of a VPC into the site's northbound database ({@link Northbound}) and plugs
 * its guests into the switch that OVN's controller looks after ({@link LocalSwitch}). Thread-safe.
 */
public final class OvnEngine extends HostVpcs<OvnVpc> {
    private static final Logger LOG = Logger.getLogger(OvnEngine.class);
    private static final Duration LIMIT = Duration.ofSeconds(20);
    /** Geneve with OVN's option, in UDP and IPv4: RFC 8926, ovn-architecture(7). */
    private static final int TUNNEL_BYTES = 58;

    /** The last of those addresses of the public range that are never given out. */
    private static final int ROUTERS = 15;

    private static final int USUAL_MTU = 1500;
    private static final String LOOPBACK = "lo";

    private final Optional<Outside> outside;
    private final CommandRunner commands;
    private final HostSide hostSide;
    private final Northbound northbound;
    private final LocalSwitch localSwitch;

    private volatile OvnVpc.@Nullable Host around;

    /**
     * Prepares the engine; {@link #start()} asks for OVN. Throws {@link IllegalArgumentException} when the configuration cannot
     * work, with the key that is wrong.
     *
     * @param nodeId this host's name in messages
     * @param folder keeps what this host was told of VPCs
     */
    public OvnEngine(NodeConfig.Network config, String nodeId, Path folder) {
        this(VpcSettings.of(config, nodeId), OvnSettings.of(config), folder);
    }

    /** As the other one, with settings that were read. */
    public OvnEngine(VpcSettings settings, OvnSettings ovn, Path folder) {
        this(settings, ovn, folder, new CommandRunner(LIMIT));
    }

    private OvnEngine(VpcSettings settings, OvnSettings ovn, Path folder, CommandRunner commands) {
        super(settings, Namespace.host(commands, settings.hostNamespace()), folder);
        this.commands = commands;
        this.hostSide = HostSide.ofServices(settings, host());
        this.outside = ovn.publicNetwork().map(name -> outside(name, settings));
        this.northbound = new Northbound(new OvsdbClient(ovn.northbound(), "OVN_Northbound", LIMIT));
        this.localSwitch = new LocalSwitch(new OvsdbClient(ovn.ovs(), "Open_vSwitch", LIMIT), settings.bridge());
    }

    private static Outside outside(String name, VpcSettings settings) {
        var range = settings.publicRange();
        return new Outside(
                name, "%s/%d".formatted(range.address(ROUTERS), range.prefixLength()), settings.publicGateway());
    }

    @Override
    public synchronized void start() throws IOException {
        look();
        hostSide.start();
        openKept();
        repairVpcs();
        removeStrangers();
    }

    /** Asks both databases; throws with what is to be done when one of them cannot serve. */
    private OvnVpc.Host look() throws IOException {
        Chassis chassis;
        try {
            northbound.check();
        } catch (IOException e) {
            throw new IOException(
                    e.getMessage()
                            + "; set coppice.node.network.ovn-northbound to where the site's northbound database listens",
                    e);
        }
        try {
            chassis = localSwitch.chassis();
        } catch (IOException e) {
            throw new IOException(
                    e.getMessage()
                            + "; coppice.node.network.ovs-database is this host's Open vSwitch (apt-get install ovn-host)",
                    e);
        }
        var found = new OvnVpc.Host(settings(), host(), northbound, localSwitch, chassis, outside, guestMtu(chassis));
        around = found;
        return found;
    }

    private int guestMtu(Chassis chassis) throws IOException {
        for (var link : host().askIp("addr show to " + chassis.tunnelAddress()).getFirst()) {
            var isLoopback = link.path("ifname").asText().equals(LOOPBACK);
            return (isLoopback ? USUAL_MTU : link.path("mtu").asInt()) - TUNNEL_BYTES;
        }
        throw new IOException(
                "this host does not have the address %s that Open vSwitch names as external_ids:ovn-encap-ip"
                        .formatted(chassis.tunnelAddress()));
    }

    @Override
    protected OvnVpc open(String vpcId, VpcState state, VpcFiles files) throws IOException {
        var known = around;
        var services = new ServiceSpace(vpcId, settings(), commands, files.folder());
        return new OvnVpc(vpcId, known == null ? look() : known, state, services);
    }

    @Override
    public synchronized void repair() throws IOException {
        look();
        hostSide.repair();
        repairVpcs();
        removeStrangers();
    }

    /** Ports and namespaces with names of ours that belong to no VPC: of what left while we were away. */
    private void removeStrangers() throws IOException {
        var known =
                vpcs().values().stream().flatMap(vpc -> vpc.devices().stream()).collect(Collectors.toSet());
        var strangers = localSwitch.ports().keySet().stream()
                .filter(device -> !known.contains(device))
                .toList();
        localSwitch.unplug(look().chassis().bridge(), strangers);
        ServiceSpace.removeStrangers(settings(), commands, List.copyOf(vpcs().keySet()));
    }

    /** Takes all networks of this host back. For a host that leaves; guests lose their network. */
    public synchronized void removeAll() throws IOException {
        removeVpcs();
        ServiceSpace.removeStrangers(settings(), commands, List.of());
        hostSide.remove();
    }

    /** Leaves all as it is: guests that go on without this process need their network. */
    @Override
    public void close() {
        LOG.debugf("the networks of %s go on without this process", settings().bridge());
    }
}
