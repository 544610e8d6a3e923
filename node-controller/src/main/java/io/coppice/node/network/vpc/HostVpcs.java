package io.coppice.node.network.vpc;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.network.Endpoint;
import io.coppice.node.network.MetadataEntry;
import io.coppice.node.network.NetworkEngine;
import io.coppice.node.network.OpenFlow;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.network.v1.EndpointUpdate;
import io.coppice.proto.network.v1.Vpc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/**
 * The VPCs of a host: who of them is told what. Engines say how one is opened, and what all share. Thread-safe.
 *
 * @param <V> how a VPC is carried here
 */
public abstract class HostVpcs<V extends HostVpc> implements NetworkEngine {
    private static final Logger LOG = Logger.getLogger(HostVpcs.class);
    private static final String NAME = "vpc-";

    private final VpcSettings settings;
    private final Namespace host;
    private final Path folder;
    private final GuestNumbers numbers;
    private final Map<String, V> vpcs = new ConcurrentHashMap<>();
    /** One of its own: what opens one does not wait for a repair of all. */
    private final ReentrantLock opening = new ReentrantLock();

    /** Prepares it. The folder keeps what this host was told of VPCs, each in one of its own. */
    protected HostVpcs(VpcSettings settings, Namespace host, Path folder) {
        this.settings = settings;
        this.host = host;
        this.folder = folder.toAbsolutePath();
        this.numbers = new GuestNumbers(settings.linkRange());
    }

    /** A VPC from what was written down of it. Never called for two at a time. */
    protected abstract V open(String vpcId, VpcState state, VpcFiles files) throws IOException;

    /** Called when nothing of a VPC is left on this host, after it was taken back. */
    protected void ended(V vpc) throws IOException {}

    /** Opens all VPCs that the host was told of before this process. */
    protected final void openKept() throws IOException {
        Files.createDirectories(folder);
        try (var kept = Files.list(folder)) {
            for (var name :
                    kept.map(each -> each.getFileName().toString()).sorted().toList()) {
                if (name.startsWith(NAME)) {
                    opened(name);
                }
            }
        }
    }

    private V opened(String vpcId) throws IOException {
        opening.lock();
        try {
            var present = vpcs.get(vpcId);
            if (present == null) {
                var files = new VpcFiles(folder.resolve(vpcId));
                var state = new VpcState(vpcId, settings, numbers, files);
                state.load();
                present = open(vpcId, state, files);
                vpcs.put(vpcId, present);
            }
            return present;
        } finally {
            opening.unlock();
        }
    }

    /** All that are held, by their ids, as they are at any moment. */
    protected final Map<String, V> vpcs() {
        return Collections.unmodifiableMap(vpcs);
    }

    /** What the configuration says. */
    protected final VpcSettings settings() {
        return settings;
    }

    /** The host's own namespace. */
    protected final Namespace host() {
        return host;
    }

    @Override
    public final void apply(Vpc vpc) throws IOException {
        VpcMessages.check(vpc);
        if (vpc.getDeleted() && !vpcs.containsKey(vpc.getVpcId())) {
            return;
        }
        var present = opened(vpc.getVpcId());
        present.apply(vpc);
        endIfOver(vpc.getVpcId(), present);
    }

    @Override
    public final boolean apply(EndpointUpdate update) throws IOException {
        return apply(List.of(update));
    }

    @Override
    public final boolean apply(List<EndpointUpdate> updates) throws IOException {
        updates.forEach(update -> update.getPresentList().forEach(VpcMessages::check));
        var present = vpcs.get(updates.getFirst().getVpcId());
        // Of a VPC that is not known nothing can be followed: all of it is needed, the VPC first.
        return present != null && present.apply(updates);
    }

    @Override
    public final Set<String> networks() {
        return Set.copyOf(vpcs.keySet());
    }

    @Override
    public final Followed followed(String vpcId) {
        var present = vpcs.get(vpcId);
        return present == null ? Followed.NOTHING : followed(present);
    }

    /** What the packets of a VPC follow, with what all VPCs share. Never waits. */
    protected Followed followed(V vpc) {
        return vpc.followed();
    }

    private synchronized void endIfOver(String vpcId, V vpc) throws IOException {
        if (vpc.isOver()) {
            vpc.remove();
            if (vpcs.remove(vpcId, vpc)) {
                ended(vpc);
            }
        }
    }

    @Override
    public final List<Endpoint> ensure(InstanceId instance, List<NetworkEndpoint> wished) throws IOException {
        return make(instance, wished, false);
    }

    @Override
    public final List<Endpoint> expect(InstanceId instance, List<NetworkEndpoint> wished) throws IOException {
        return make(instance, wished, true);
    }

    private List<Endpoint> make(InstanceId instance, List<NetworkEndpoint> wished, boolean arriving)
            throws IOException {
        wished.forEach(VpcMessages::check);
        var wishedOf = wished.stream().collect(Collectors.groupingBy(NetworkEndpoint::getVpcId));
        for (var entry : vpcs.entrySet()) {
            if (!wishedOf.containsKey(entry.getKey()) && entry.getValue().carries(instance)) {
                entry.getValue().ensure(instance, List.of(), false);
            }
        }
        var made = new ArrayList<Endpoint>();
        for (var entry : wishedOf.entrySet()) {
            var vpc = vpcs.get(entry.getKey());
            if (vpc == null) {
                throw new IOException("this host was not told of " + entry.getKey() + " yet");
            }
            made.addAll(vpc.ensure(instance, entry.getValue(), arriving));
        }
        return inOrder(wished, made);
    }

    /** As they were wished: the first is the guest's first device. */
    private static List<Endpoint> inOrder(List<NetworkEndpoint> wished, List<Endpoint> made) {
        return wished.stream()
                .flatMap(each -> made.stream().filter(endpoint -> endpoint.mac().equals(each.getMac())))
                .toList();
    }

    @Override
    public final void attached(InstanceId instance) throws IOException {
        for (var vpc : vpcs.values()) {
            vpc.attached(instance);
        }
    }

    @Override
    public final void arrived(InstanceId instance, List<OpenFlow> flows) throws IOException {
        for (var vpc : vpcs.values()) {
            if (vpc.carries(instance)) {
                vpc.arrived(instance, flows);
            }
        }
    }

    @Override
    public final void release(InstanceId instance) throws IOException {
        for (var entry : Map.copyOf(vpcs).entrySet()) {
            if (entry.getValue().carries(instance)) {
                entry.getValue().ensure(instance, List.of(), false);
            }
            endIfOver(entry.getKey(), entry.getValue());
        }
    }

    @Override
    public final String hostAddress() {
        return settings.underlayAddress();
    }

    @Override
    public final String metadataAddress() {
        return settings.metadataAddress();
    }

    /** The number in the host's range of links behind an address from which the metadata service was asked. */
    protected Optional<String> numberOf(String sourceAddress) {
        return Optional.of(sourceAddress).filter(VpcMessages::isIpv4);
    }

    @Override
    public final MetadataEntry metadataEntry() {
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

    /** Repairs each VPC. One that cannot be repaired does not keep the others from it. */
    protected final void repairVpcs() throws IOException {
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

    /** Takes back every VPC, also those of which only the folder tells. */
    protected final void removeVpcs() throws IOException {
        openKept();
        for (var vpc : vpcs.values()) {
            vpc.remove();
        }
        vpcs.clear();
    }
}
