package io.coppice.node.network.vpc;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.agent.NodeConfig;
import io.coppice.node.command.CommandRunner;
import io.coppice.node.network.OpenFlow;
import io.coppice.proto.network.v1.FlowReport;
import io.coppice.proto.node.v1.PublicNetwork;
import io.coppice.proto.node.v1.PublicTunnels;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jboss.logging.Logger;

/**
 * Virtual private clouds by network namespaces, bridges, VXLAN or a wire of the site's, nftables and dnsmasq. Each VPC is looked after by itself
 * ({@link VpcOnHost}); what all share is the bridge of the public network and the metadata service ({@link HostSide}).
 */
public final class LinuxVpcEngine extends HostVpcs<VpcOnHost> {
    private static final Logger LOG = Logger.getLogger(LinuxVpcEngine.class);
    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(20);
    private static final int MOST_ENDED = 1_024;
    private static final String PUBLIC_TUNNELS = "public-tunnels";

    private final CommandRunner commands;
    private final HostSide hostSide;
    private final Underlay underlay;
    private final HostIpv6 hostIpv6;
    private final PeerExchange exchange;
    /** What was counted of VPCs that have left this host. */
    private final Queue<FlowReport> ended = new ConcurrentLinkedQueue<>();

    private final PublicWay publicWay;

    private volatile int guestMtu;

    /**
     * Prepares the engine; {@link #start()} makes the network. Throws {@link IllegalArgumentException} when the configuration
     * cannot work, with the key that is wrong.
     *
     * @param nodeId this host's name in messages
     * @param folder keeps what this host was told of VPCs
     */
    public LinuxVpcEngine(NodeConfig.Network config, String nodeId, Path folder) {
        this(VpcSettings.of(config, nodeId), folder);
    }

    /** As the constructor, for a host that is a network namespace of this machine. */
    public static LinuxVpcEngine inNamespace(NodeConfig.Network config, String nodeId, Path folder, String namespace) {
        return new LinuxVpcEngine(VpcSettings.of(config, nodeId).inNamespace(namespace), folder);
    }

    LinuxVpcEngine(VpcSettings settings, Path folder) {
        this(settings, folder, new CommandRunner(COMMAND_LIMIT));
    }

    private LinuxVpcEngine(VpcSettings settings, Path folder, CommandRunner commands) {
        super(settings, Namespace.host(commands, settings.hostNamespace()), folder);
        this.commands = commands;
        this.underlay = Underlay.of(settings);
        this.hostSide = new HostSide(settings, host(), underlay);
        this.hostIpv6 = new HostIpv6(settings, host());
        this.exchange = new PeerExchange(commands, settings);
        this.publicWay =
                new PublicWay(settings, host(), folder.toAbsolutePath().resolve(PUBLIC_TUNNELS), this::announceAgain);
    }

    @Override
    public synchronized void start() throws IOException {
        hostSide.start();
        guestMtu = underlay.guestMtu(host());
        openKept();
        publicWay.start();
        repairVpcs();
        removeStrangers();
    }

    @Override
    protected VpcOnHost open(String vpcId, VpcState state, VpcFiles files) {
        var around = new VpcOnHost.Host(settings(), commands, exchange, hostIpv6, () -> guestMtu);
        return new VpcOnHost(vpcId, around, state, files);
    }

    /** Namespaces with names of ours that belong to no VPC: of gateways and VPCs that left while we were away. */
    private void removeStrangers() throws IOException {
        exchange.removeIfUnused();
        var known = new HashSet<String>();
        vpcs().values().forEach(vpc -> known.addAll(vpc.namespaces()));
        for (var kind : List.of("-vpc-", "-nat-")) {
            for (var name : Namespace.named(settings().bridge() + kind)) {
                if (!known.contains(name)) {
                    LOG.infof("removing the namespace %s, which belongs to nothing that is known", name);
                    Namespace.named(commands, name).remove();
                }
            }
        }
    }

    @Override
    protected Followed followed(VpcOnHost vpc) {
        var followed = vpc.followed();
        return followed.failure().isEmpty() && vpc.isOutside()
                ? new Followed(followed.generation(), followed.sequence(), publicWay.failure())
                : followed;
    }

    @Override
    public PublicNetwork publicNetwork() {
        return publicWay.state();
    }

    @Override
    public void apply(PublicTunnels tunnels) throws IOException {
        publicWay.apply(tunnels);
    }

    private void announceAgain() {
        vpcs().values().forEach(VpcOnHost::announceAgain);
    }

    @Override
    public Map<String, Traffic> traffic() {
        var all = new HashMap<String, Traffic>();
        vpcs().values().forEach(vpc -> all.putAll(vpc.traffic()));
        return Map.copyOf(all);
    }

    /** One VPC whose flows cannot be read does not keep the others' from being told. */
    @Override
    public List<FlowReport> recordedFlows(Duration period) {
        var all = new ArrayList<FlowReport>();
        for (var report = ended.poll(); report != null; report = ended.poll()) {
            all.add(report);
        }
        for (var entry : vpcs().entrySet()) {
            try {
                all.addAll(entry.getValue().recordedFlows(period));
            } catch (IOException e) {
                LOG.errorf(e, "what was counted of %s cannot be read on this host; it is tried again", entry.getKey());
            }
        }
        return all;
    }

    @Override
    protected void ended(VpcOnHost vpc) throws IOException {
        if (ended.size() < MOST_ENDED) {
            ended.addAll(vpc.recordedFlows(Duration.ZERO));
        }
    }

    @Override
    public List<OpenFlow> openFlows(InstanceId instance) throws IOException {
        var all = new ArrayList<OpenFlow>();
        for (var vpc : vpcs().values()) {
            if (vpc.carries(instance)) {
                all.addAll(vpc.openFlows(instance));
            }
        }
        return List.copyOf(all);
    }

    @Override
    public Optional<String> metadataAddressIpv6() {
        return hostSide.hasIpv6() ? Optional.of(settings().metadataAddressIpv6()) : Optional.empty();
    }

    @Override
    protected Optional<String> numberOf(String sourceAddress) {
        return VpcMessages.isIpv4(sourceAddress) ? Optional.of(sourceAddress) : Ipv6Metadata.ipv4Number(sourceAddress);
    }

    @Override
    public synchronized void repair() throws IOException {
        hostSide.repair();
        guestMtu = underlay.guestMtu(host());
        publicWay.repair();
        repairVpcs();
    }

    /** Takes all networks of this host back. For a host that leaves; guests lose their network. */
    public synchronized void removeAll() throws IOException {
        removeVpcs();
        removeStrangers();
        publicWay.remove();
        hostSide.remove();
    }

    /** Leaves all as it is: guests that go on without this process need their network. */
    @Override
    public void close() {
        publicWay.close();
        LOG.debugf("the networks of %s go on without this process", settings().bridge());
    }
}
