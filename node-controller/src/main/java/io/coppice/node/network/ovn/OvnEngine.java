package io.coppice.node.network.ovn;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.agent.NodeConfig;
import io.coppice.node.command.CommandRunner;
import io.coppice.node.network.Endpoint;
import io.coppice.node.network.MetadataEntry;
import io.coppice.node.network.NetworkEngine;
import io.coppice.node.network.OpenFlow;
import io.coppice.node.network.ovn.LocalSwitch.Chassis;
import io.coppice.node.network.vpc.GuestNumbers;
import io.coppice.node.network.vpc.HostSide;
import io.coppice.node.network.vpc.Namespace;
import io.coppice.node.network.vpc.ServiceSpace;
import io.coppice.node.network.vpc.VpcFiles;
import io.coppice.node.network.vpc.VpcMessages;
import io.coppice.node.network.vpc.VpcSettings;
import io.coppice.node.network.vpc.VpcState;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.network.v1.EndpointUpdate;
import io.coppice.proto.network.v1.Vpc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Virtual private clouds by OVN: each host writes its part of a VPC into the site's northbound database ({@link Northbound}) and plugs
 * its guests into the switch that OVN's controller looks after ({@link LocalSwitch}). Thread-safe.
 */
public final class OvnEngine implements NetworkEngine {
    private static final Logger LOG = Logger.getLogger(OvnEngine.class);
    private static final Duration LIMIT = Duration.ofSeconds(20);
    /** Geneve with OVN's option, in UDP and IPv4: RFC 8926, ovn-architecture(7). */
    private static final int TUNNEL_BYTES = 58;

    /** The last of those addresses of the public range that are never given out. */
    private static final int ROUTERS = 15;

    private static final int USUAL_MTU = 1500;
    private static final String LOOPBACK = "lo";

    private final VpcSettings settings;
    private final Optional<Outside> outside;
    private final CommandRunner commands = new CommandRunner(LIMIT);
    private final HostSide hostSide;
    private final Path folder;
    private final Namespace host;
    private final GuestNumbers numbers;
    private final Northbound northbound;
    private final LocalSwitch localSwitch;
    private final Map<String, OvnVpc> vpcs = new ConcurrentHashMap<>();

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
        this.settings = settings;
        this.folder = folder.toAbsolutePath();
        this.host = Namespace.host(commands, settings.hostNamespace());
        this.hostSide = HostSide.ofServices(settings, host);
        this.outside = ovn.publicNetwork().map(name -> outside(name, settings));
        this.numbers = new GuestNumbers(settings.linkRange());
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
        var found = new OvnVpc.Host(settings, host, northbound, localSwitch, chassis, outside, guestMtu(chassis));
        around = found;
        return found;
    }

    private int guestMtu(Chassis chassis) throws IOException {
        for (var link : host.askIp("addr show to " + chassis.tunnelAddress()).getFirst()) {
            var isLoopback = link.path("ifname").asText().equals(LOOPBACK);
            return (isLoopback ? USUAL_MTU : link.path("mtu").asInt()) - TUNNEL_BYTES;
        }
        throw new IOException(
                "this host does not have the address %s that Open vSwitch names as external_ids:ovn-encap-ip"
                        .formatted(chassis.tunnelAddress()));
    }

    private void openKept() throws IOException {
        Files.createDirectories(folder);
        try (var kept = Files.list(folder)) {
            for (var name :
                    kept.map(each -> each.getFileName().toString()).sorted().toList()) {
                if (name.startsWith("vpc-")) {
                    open(name);
                }
            }
        }
    }

    private OvnVpc open(String vpcId) throws IOException {
        var known = around;
        var host = known == null ? look() : known;
        return vpcs.computeIfAbsent(vpcId, id -> {
            var files = folder.resolve(id);
            var state = new VpcState(id, settings, numbers, new VpcFiles(files));
            state.load();
            return new OvnVpc(id, host, state, new ServiceSpace(id, settings, commands, files));
        });
    }

    @Override
    public void apply(Vpc vpc) throws IOException {
        VpcMessages.check(vpc);
        if (vpc.getDeleted() && !vpcs.containsKey(vpc.getVpcId())) {
            return;
        }
        var present = open(vpc.getVpcId());
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
        var vpc = vpcs.get(vpcId);
        return vpc == null ? Followed.NOTHING : vpc.followed();
    }

    private void endIfOver(String vpcId, OvnVpc vpc) throws IOException {
        if (vpc.isOver() && vpcs.remove(vpcId, vpc)) {
            vpc.remove();
        }
    }

    @Override
    public List<Endpoint> ensure(InstanceId instance, List<NetworkEndpoint> wished) throws IOException {
        return make(instance, wished, false);
    }

    @Override
    public List<Endpoint> expect(InstanceId instance, List<NetworkEndpoint> wished) throws IOException {
        return make(instance, wished, true);
    }

    private List<Endpoint> make(InstanceId instance, List<NetworkEndpoint> wished, boolean arriving)
            throws IOException {
        wished.forEach(VpcMessages::check);
        var byVpc = wished.stream().collect(Collectors.groupingBy(NetworkEndpoint::getVpcId));
        for (var entry : vpcs.entrySet()) {
            if (!byVpc.containsKey(entry.getKey()) && entry.getValue().carries(instance)) {
                entry.getValue().ensure(instance, List.of(), false);
            }
        }
        var made = new ArrayList<Endpoint>();
        for (var entry : byVpc.entrySet()) {
            var vpc = vpcs.get(entry.getKey());
            if (vpc == null) {
                throw new IOException("this host was not told of " + entry.getKey() + " yet");
            }
            made.addAll(vpc.ensure(instance, entry.getValue(), arriving));
        }
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
    public void arrived(InstanceId instance, List<OpenFlow> flows) throws IOException {
        for (var vpc : vpcs.values()) {
            if (vpc.carries(instance)) {
                vpc.arrived(instance);
            }
        }
    }

    @Override
    public void release(InstanceId instance) throws IOException {
        for (var entry : Map.copyOf(vpcs).entrySet()) {
            if (entry.getValue().carries(instance)) {
                entry.getValue().ensure(instance, List.of(), false);
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
    public MetadataEntry metadataEntry() {
        return new MetadataEntry() {
            @Override
            public Optional<Guest> whoIs(String sourceAddress) {
                return Optional.of(sourceAddress)
                        .filter(VpcMessages::isIpv4)
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
        look();
        hostSide.repair();
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
        var known =
                vpcs.values().stream().flatMap(vpc -> vpc.devices().stream()).collect(Collectors.toSet());
        var strangers = localSwitch.ports().keySet().stream()
                .filter(device -> !known.contains(device))
                .toList();
        localSwitch.unplug(look().chassis().bridge(), strangers);
        ServiceSpace.removeStrangers(settings, commands, List.copyOf(vpcs.keySet()));
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
        ServiceSpace.removeStrangers(settings, commands, List.of());
        hostSide.remove();
    }

    /** Leaves all as it is: guests that go on without this process need their network. */
    @Override
    public void close() {
        LOG.debugf("the networks of %s go on without this process", settings.bridge());
    }
}
