package io.coppice.node.network.vpc;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.agent.NodeConfig;
import io.coppice.node.command.CommandRunner;
import io.coppice.node.network.Endpoint;
import io.coppice.node.network.MetadataEntry;
import io.coppice.node.network.NetworkEngine;
import io.coppice.node.network.OpenFlow;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.network.v1.EndpointUpdate;
import io.coppice.proto.network.v1.FlowReport;
import io.coppice.proto.network.v1.Vpc;
import io.coppice.proto.node.v1.PublicNetwork;
import io.coppice.proto.node.v1.PublicTunnels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * Virtual private clouds by network namespaces, bridges, VXLAN or a wire of the site's, nftables and dnsmasq. Each VPC is looked after by itself
 * ({@link VpcOnHost}); what all share is the bridge of the public network and the metadata service ({@link HostSide}).
 */
public final class LinuxVpcEngine implements NetworkEngine {
    private static final Logger LOG = Logger.getLogger(LinuxVpcEngine.class);
    private static final Duration COMMAND_LIMIT = Duration.ofSeconds(20);
    private static final int MOST_ENDED = 1_024;
    private static final String PUBLIC_TUNNELS = "public-tunnels";

    private final VpcSettings settings;
    private final Path folder;
    private final CommandRunner commands = new CommandRunner(COMMAND_LIMIT);
    private final Namespace host;
    private final HostSide hostSide;
    private final Underlay underlay;
    private final HostIpv6 hostIpv6;
    private final PeerExchange exchange;
    private final GuestNumbers numbers;
    private final Map<String, VpcOnHost> vpcs = new ConcurrentHashMap<>();
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
        this.settings = settings;
        this.folder = folder.toAbsolutePath();
        this.host = Namespace.host(commands, settings.hostNamespace());
        this.numbers = new GuestNumbers(settings.linkRange());
        this.underlay = Underlay.of(settings);
        this.hostSide = new HostSide(settings, host, underlay);
        this.hostIpv6 = new HostIpv6(settings, host);
        this.exchange = new PeerExchange(commands, settings);
        this.publicWay = new PublicWay(settings, host, this.folder.resolve(PUBLIC_TUNNELS), this::announceAgain);
    }

    @Override
    public synchronized void start() throws IOException {
        hostSide.start();
        guestMtu = underlay.guestMtu(host);
        openKept();
        publicWay.start();
        repairVpcs();
        removeStrangers();
    }

    private void openKept() throws IOException {
        Files.createDirectories(folder);
        try (var kept = Files.list(folder)) {
            kept.map(each -> each.getFileName().toString())
                    .filter(name -> name.startsWith("vpc-"))
                    .forEach(name -> vpcs.computeIfAbsent(name, this::open));
        }
    }

    private VpcOnHost open(String vpcId) {
        var files = new VpcFiles(folder.resolve(vpcId));
        var state = new VpcState(vpcId, settings, numbers, files);
        state.load();
        var around = new VpcOnHost.Host(settings, commands, exchange, hostIpv6, () -> guestMtu);
        return new VpcOnHost(vpcId, around, state, files);
    }

    /** Namespaces with names of ours that belong to no VPC: of gateways and VPCs that left while we were away. */
    private void removeStrangers() throws IOException {
        exchange.removeIfUnused();
        var known = new HashSet<String>();
        vpcs.values().forEach(vpc -> known.addAll(vpc.namespaces()));
        for (var kind : List.of("-vpc-", "-nat-")) {
            for (var name : Namespace.named(settings.bridge() + kind)) {
                if (!known.contains(name)) {
                    LOG.infof("removing the namespace %s, which belongs to nothing that is known", name);
                    Namespace.named(commands, name).remove();
                }
            }
        }
    }

    @Override
    public void apply(Vpc vpc) throws IOException {
        VpcMessages.check(vpc);
        if (vpc.getDeleted() && !vpcs.containsKey(vpc.getVpcId())) {
            return;
        }
        var present = vpcs.computeIfAbsent(vpc.getVpcId(), this::open);
        present.apply(vpc);
        endIfOver(vpc.getVpcId(), present);
    }

    @Override
    public boolean apply(EndpointUpdate update) throws IOException {
        return apply(List.of(update));
    }

    @Override
    public boolean apply(List<EndpointUpdate> updates) throws IOException {
        updates.forEach(update -> update.getPresentList().forEach(VpcMessages::check));
        var present = vpcs.get(updates.getFirst().getVpcId());
        // Of a VPC that is not known nothing can be followed: all of it is needed, the VPC first.
        return present != null && present.apply(updates);
    }

    @Override
    public Set<String> networks() {
        return Set.copyOf(vpcs.keySet());
    }

    @Override
    public Followed followed(String vpcId) {
        var present = vpcs.get(vpcId);
        if (present == null) {
            return Followed.NOTHING;
        }
        var followed = present.followed();
        return followed.failure().isEmpty() && present.isOutside()
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
        vpcs.values().forEach(VpcOnHost::announceAgain);
    }

    @Override
    public Map<String, Traffic> traffic() {
        var all = new HashMap<String, Traffic>();
        vpcs.values().forEach(vpc -> all.putAll(vpc.traffic()));
        return Map.copyOf(all);
    }

    /** One VPC whose flows cannot be read does not keep the others' from being told. */
    @Override
    public List<FlowReport> recordedFlows(Duration period) {
        var all = new ArrayList<FlowReport>();
        for (var report = ended.poll(); report != null; report = ended.poll()) {
            all.add(report);
        }
        for (var entry : vpcs.entrySet()) {
            try {
                all.addAll(entry.getValue().recordedFlows(period));
            } catch (IOException e) {
                LOG.errorf(e, "what was counted of %s cannot be read on this host; it is tried again", entry.getKey());
            }
        }
        return all;
    }

    private synchronized void endIfOver(String vpcId, VpcOnHost vpc) throws IOException {
        if (vpc.isOver()) {
            vpc.remove();
            vpcs.remove(vpcId);
            if (ended.size() < MOST_ENDED) {
                ended.addAll(vpc.recordedFlows(Duration.ZERO));
            }
        }
    }

    @Override
    public List<Endpoint> ensure(InstanceId instance, List<NetworkEndpoint> wished) throws IOException {
        return make(instance, wished, VpcOnHost::ensure);
    }

    @Override
    public List<Endpoint> expect(InstanceId instance, List<NetworkEndpoint> wished) throws IOException {
        return make(instance, wished, VpcOnHost::expect);
    }

    private List<Endpoint> make(InstanceId instance, List<NetworkEndpoint> wished, Making making) throws IOException {
        wished.forEach(VpcMessages::check);
        var byVpc = wished.stream().collect(Collectors.groupingBy(NetworkEndpoint::getVpcId));
        for (var entry : vpcs.entrySet()) {
            if (!byVpc.containsKey(entry.getKey()) && entry.getValue().carries(instance)) {
                entry.getValue().ensure(instance, List.of());
            }
        }
        var made = new ArrayList<Endpoint>();
        for (var entry : byVpc.entrySet()) {
            var vpc = vpcs.get(entry.getKey());
            if (vpc == null) {
                throw new IOException("this host was not told of " + entry.getKey() + " yet");
            }
            made.addAll(making.of(vpc, instance, entry.getValue()));
        }
        return inOrder(wished, made);
    }

    @FunctionalInterface
    private interface Making {
        List<Endpoint> of(VpcOnHost vpc, InstanceId instance, List<NetworkEndpoint> wished) throws IOException;
    }

    /** As they were wished: the first is the guest's first device. */
    private static List<Endpoint> inOrder(List<NetworkEndpoint> wished, List<Endpoint> made) {
        return wished.stream()
                .flatMap(each -> made.stream().filter(endpoint -> endpoint.mac().equals(each.getMac())))
                .toList();
    }

    @Override
    public void attached(InstanceId instance) throws IOException {
        for (var vpc : vpcs.values()) {
            vpc.attached(instance);
        }
    }

    @Override
    public List<OpenFlow> openFlows(InstanceId instance) throws IOException {
        var all = new ArrayList<OpenFlow>();
        for (var vpc : vpcs.values()) {
            if (vpc.carries(instance)) {
                all.addAll(vpc.openFlows(instance));
            }
        }
        return List.copyOf(all);
    }

    @Override
    public void arrived(InstanceId instance, List<OpenFlow> flows) throws IOException {
        for (var vpc : vpcs.values()) {
            if (vpc.carries(instance)) {
                vpc.arrived(instance, flows);
            }
        }
    }

    @Override
    public void release(InstanceId instance) throws IOException {
        for (var entry : Map.copyOf(vpcs).entrySet()) {
            if (entry.getValue().carries(instance)) {
                entry.getValue().ensure(instance, List.of());
            }
            endIfOver(entry.getKey(), entry.getValue());
        }
    }

    @Override
    public String hostAddress() {
        return settings.underlayAddress();
    }

    @Override
    public String metadataAddress() {
        return settings.metadataAddress();
    }

    @Override
    public Optional<String> metadataAddressIpv6() {
        return hostSide.hasIpv6() ? Optional.of(settings.metadataAddressIpv6()) : Optional.empty();
    }

    private static Optional<String> numberOf(String sourceAddress) {
        return VpcMessages.isIpv4(sourceAddress) ? Optional.of(sourceAddress) : Ipv6Metadata.ipv4Number(sourceAddress);
    }

    @Override
    public MetadataEntry metadataEntry() {
        return new MetadataEntry() {
            @Override
            public Optional<Guest> whoIs(String sourceAddress) {
                return numberOf(sourceAddress)
                        .flatMap(numbers::owner)
                        .filter(owner -> !owner.address().isEmpty())
                        .map(owner -> new Guest(owner.vpcId(), owner.address()));
            }

            @Override
            public void open(InstanceId instance, Reach reach) throws IOException {
                for (var vpc : vpcs.values()) {
                    vpc.open(instance, reach);
                }
            }
        };
    }

    @Override
    public synchronized void repair() throws IOException {
        hostSide.repair();
        guestMtu = underlay.guestMtu(host);
        publicWay.repair();
        repairVpcs();
    }

    /** One VPC that cannot be repaired does not keep the others from it. */
    private void repairVpcs() throws IOException {
        var devices = hostDevices();
        for (var entry : vpcs.entrySet()) {
            try {
                entry.getValue().repair(devices);
            } catch (IOException e) {
                LOG.errorf(e, "%s cannot be put right on this host; it is tried again", entry.getKey());
            }
        }
    }

    private Set<String> hostDevices() throws IOException {
        var names = new HashSet<String>();
        host.askIp("link show")
                .getFirst()
                .forEach(link -> names.add(link.path("ifname").asText()));
        return names;
    }

    /** Takes all networks of this host back. For a host that leaves; guests lose their network. */
    public synchronized void removeAll() throws IOException {
        openKept();
        for (var vpc : vpcs.values()) {
            vpc.remove();
        }
        vpcs.clear();
        removeStrangers();
        publicWay.remove();
        hostSide.remove();
    }

    /** Leaves all as it is: guests that go on without this process need their network. */
    @Override
    public void close() {
        publicWay.close();
        LOG.debugf("the networks of %s go on without this process", settings.bridge());
    }
}
