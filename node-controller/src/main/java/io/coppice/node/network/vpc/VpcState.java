package io.coppice.node.network.vpc;

import com.google.protobuf.ByteString;
import io.coppice.foundation.id.InstanceId;
import io.coppice.node.network.MetadataEntry.Reach;
import io.coppice.node.network.vpc.GuestNumbers.Owner;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.Metadata;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.compute.v1.PowerState;
import io.coppice.proto.network.v1.EndpointLocation;
import io.coppice.proto.network.v1.EndpointUpdate;
import io.coppice.proto.network.v1.Vpc;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * What this host was told of one VPC: the VPC, where its interfaces are, and which of them are this host's. Everything is kept in
 * files. Not thread-safe.
 */
public final class VpcState {
    private static final Logger LOG = Logger.getLogger(VpcState.class);
    private static final long UNKNOWN = -1;
    /** Of an instance that is on its way here the files say what is true of this host: it does not run. */
    private static final PowerState ARRIVING = PowerState.POWER_STATE_STOPPED;

    private final String vpcId;
    private final VpcSettings settings;
    private final GuestNumbers numbers;
    private final VpcFiles files;
    private final Map<String, EndpointLocation> locations = new TreeMap<>();
    private final Map<String, LocalInterface> locals = new TreeMap<>();
    /** This host's instances as they are kept. */
    private final Map<InstanceId, ByteString> encoded = new HashMap<>();
    /** A full picture that has not come to its end. */
    private final Map<String, EndpointLocation> coming = new HashMap<>();

    private @Nullable Vpc vpc;
    private long sequence = UNKNOWN;
    private long comingSequence = UNKNOWN;
    /** Told that nothing of the VPC is here, perhaps before that was so. */
    private boolean leaves;

    public VpcState(String vpcId, VpcSettings settings, GuestNumbers numbers, VpcFiles files) {
        this.vpcId = vpcId;
        this.settings = settings;
        this.numbers = numbers;
        this.files = files;
    }

    /** Reads what was kept. Files that cannot be read count as none: the Cluster Controller tells it again. */
    public void load() {
        try {
            vpc = files.vpc().orElse(null);
            files.interfaces().ifPresent(all -> {
                all.getPresentList().forEach(each -> locations.put(each.getNetworkInterfaceId(), each));
                sequence = all.getSequence();
            });
            for (var instance : files.instances()) {
                var id = new InstanceId(instance.getInstanceId());
                for (var endpoint : instance.getEndpointsList()) {
                    var local = LocalInterface.of(id, endpoint, numbersOf(endpoint));
                    locals.put(
                            endpoint.getNetworkInterfaceId(),
                            local.withReach(reach(instance.getMetadata()))
                                    .withArriving(instance.getPower() == ARRIVING));
                }
            }
        } catch (IOException e) {
            LOG.warnf(e, "what was kept of %s cannot be read: it begins without memory", vpcId);
        }
    }

    /** Whether the VPC is news. The same generation may come with other content: a NAT gateway moved, or the VPC goes. */
    public boolean accept(Vpc now) throws IOException {
        if (vpc != null && now.getGeneration() < vpc.getGeneration()) {
            return false;
        }
        leaves = now.getDeleted();
        if (leaves && !locals.isEmpty()) {
            LOG.warnf("%s is said to be gone while guests of it are here: it stays until they leave", vpcId);
            return false;
        }
        if (now.equals(vpc)) {
            return false;
        }
        vpc = now;
        files.keep(now);
        return true;
    }

    /** What an update of interfaces came to. */
    public enum Reception {
        /** There is something new to follow. */
        NEWS,
        /** Known already, or a part of a picture that goes on. */
        NOTHING_YET,
        /** One before it was lost: all of it is needed again. */
        GAP
    }

    /** Takes an update; {@link #keepInterfaces} writes down what came of one or of several. */
    public Reception accept(EndpointUpdate update) {
        if (update.getFull()) {
            return acceptFull(update);
        }
        if (sequence == UNKNOWN || update.getSequence() > sequence + 1) {
            return Reception.GAP;
        }
        if (update.getSequence() <= sequence) {
            return Reception.NOTHING_YET;
        }
        update.getPresentList().forEach(each -> locations.put(each.getNetworkInterfaceId(), each));
        update.getGoneNetworkInterfaceIdsList().forEach(locations::remove);
        return accepted(update);
    }

    private Reception acceptFull(EndpointUpdate update) {
        if (update.getSequence() != comingSequence + 1) {
            // The rest of an earlier picture was lost with its session.
            coming.clear();
        }
        comingSequence = update.getMore() ? update.getSequence() : UNKNOWN;
        update.getPresentList().forEach(each -> coming.put(each.getNetworkInterfaceId(), each));
        if (update.getMore()) {
            return Reception.NOTHING_YET;
        }
        locations.clear();
        locations.putAll(coming);
        coming.clear();
        return accepted(update);
    }

    private Reception accepted(EndpointUpdate update) {
        sequence = update.getSequence();
        return Reception.NEWS;
    }

    /** Writes down where interfaces are. */
    public void keepInterfaces() throws IOException {
        files.keep(EndpointUpdate.newBuilder()
                .setVpcId(vpcId)
                .setSequence(sequence)
                .setFull(true)
                .addAllPresent(locations.values())
                .build());
    }

    /** Replaces the instance's interfaces here. Whether that was news. */
    public boolean put(InstanceId instance, List<NetworkEndpoint> endpoints) throws IOException {
        var before = concerned(instance, endpoints);
        locals.values()
                .removeIf(local ->
                        local.instance().equals(instance) && endpoints.stream().noneMatch(each -> isOf(local, each)));
        for (var endpoint : endpoints) {
            var present = locals.get(endpoint.getNetworkInterfaceId());
            locals.put(
                    endpoint.getNetworkInterfaceId(),
                    present == null || !present.instance().equals(instance)
                            ? LocalInterface.of(instance, endpoint, numbersOf(endpoint))
                            : present.withEndpoint(endpoint, numbersOf(endpoint)));
        }
        giveBackUnused(before.values());
        if (before.equals(concerned(instance, endpoints))) {
            return false;
        }
        var changed = before.values().stream().map(LocalInterface::instance).collect(Collectors.toSet());
        changed.add(instance);
        keepLocals(changed);
        return true;
    }

    /** What the instance has, and what has the ids of these. */
    private Map<String, LocalInterface> concerned(InstanceId instance, List<NetworkEndpoint> endpoints) {
        var all = new HashMap<String, LocalInterface>();
        locals.forEach((id, local) -> {
            if (local.instance().equals(instance)) {
                all.put(id, local);
            }
        });
        for (var endpoint : endpoints) {
            var local = locals.get(endpoint.getNetworkInterfaceId());
            if (local != null) {
                all.put(endpoint.getNetworkInterfaceId(), local);
            }
        }
        return all;
    }

    private static boolean isOf(LocalInterface local, NetworkEndpoint endpoint) {
        return local.endpoint().getNetworkInterfaceId().equals(endpoint.getNetworkInterfaceId());
    }

    private Map<String, String> numbersOf(NetworkEndpoint endpoint) {
        return Stream.concat(VpcMessages.addresses(endpoint).stream(), endpoint.getIpv6List().stream())
                .collect(Collectors.toMap(
                        VpcState::asRulesHaveIt,
                        address -> numbers.take(new Owner(vpcId, address)),
                        (one, same) -> one));
    }

    private static String asRulesHaveIt(String address) {
        return VpcMessages.isIpv4(address) ? address : Ipv6.canonical(address);
    }

    private static Reach reach(Metadata metadata) {
        return new Reach(metadata.getHopLimit(), metadata.getIpv6Enabled());
    }

    private void giveBackUnused(Collection<LocalInterface> before) {
        var left = addresses(before.stream());
        if (!left.isEmpty()) {
            left.removeAll(addresses(locals.values().stream()));
            left.forEach(address -> numbers.giveBack(new Owner(vpcId, address)));
        }
    }

    private static Set<String> addresses(Stream<LocalInterface> locals) {
        return locals.flatMap(
                        local -> Stream.concat(local.addresses().stream(), local.endpoint().getIpv6List().stream()))
                .collect(Collectors.toCollection(HashSet::new));
    }

    /** Changes those of this host's interfaces that belong to the instance; whether anything changed. */
    public boolean change(InstanceId instance, UnaryOperator<LocalInterface> change) throws IOException {
        var before = Map.copyOf(locals);
        locals.replaceAll((id, local) -> local.instance().equals(instance) ? change.apply(local) : local);
        if (before.equals(locals)) {
            return false;
        }
        keepLocals(Set.of(instance));
        return true;
    }

    /** Says which devices were seen. Kept nowhere: it is seen again after a restart. */
    void plugged(Set<String> devices) {
        locals.replaceAll((id, local) -> local.withPlugged(devices.contains(local.tap())));
    }

    /** Writes down all of this host's interfaces; only those instances are encoded anew. */
    private void keepLocals(Set<InstanceId> changed) throws IOException {
        encoded.keySet().removeAll(changed);
        var byInstance = new LinkedHashMap<InstanceId, DesiredInstance.Builder>();
        for (var local : locals.values()) {
            if (!encoded.containsKey(local.instance())) {
                var kept = byInstance
                        .computeIfAbsent(local.instance(), VpcState::instance)
                        .addEndpoints(local.endpoint())
                        .setMetadata(Metadata.newBuilder()
                                .setHopLimit(local.reach().hops())
                                .setIpv6Enabled(local.reach().byIpv6()));
                if (local.arriving()) {
                    kept.setPower(ARRIVING);
                }
            }
        }
        byInstance.forEach((id, instance) -> encoded.put(id, VpcFiles.encoded(instance.build())));
        files.keep(encoded.values());
    }

    private static DesiredInstance.Builder instance(InstanceId id) {
        return DesiredInstance.newBuilder().setInstanceId(id.value());
    }

    public List<LocalInterface> locals() {
        return List.copyOf(locals.values());
    }

    public List<LocalInterface> locals(InstanceId instance) {
        return locals.values().stream()
                .filter(local -> local.instance().equals(instance))
                .toList();
    }

    /** Generation of the VPC and sequence of the interfaces that were accepted last. */
    public long generation() {
        return vpc == null ? 0 : vpc.getGeneration();
    }

    public long sequence() {
        return Math.max(0, sequence);
    }

    /** The VPC itself, once this host was told of it. */
    public Optional<Vpc> known() {
        return Optional.ofNullable(vpc);
    }

    /** Where interfaces are, as far as this host was told, by their ids. */
    public Map<String, EndpointLocation> locations() {
        return Map.copyOf(locations);
    }

    /** Whether this host was told of the VPC itself, and not of its end. */
    public boolean isKnown() {
        return vpc != null && !vpc.getDeleted();
    }

    /** Everything as it should be now; empty while the VPC itself is not known. */
    Optional<VpcView> view(String namespace, int mtu) {
        var known = vpc;
        if (known == null || known.getDeleted()) {
            return Optional.empty();
        }
        var faces = new TreeMap<String, Face>();
        for (var location : locations.values()) {
            // What this host carries is known from its instances; what it no longer carries is nowhere yet.
            if (!location.getNodeId().equals(settings.nodeId())
                    && !location.getNodeAddress().isEmpty()) {
                faces.put(location.getNetworkInterfaceId(), Face.of(location));
            }
        }
        locals.forEach((id, local) -> {
            if (!local.arriving()) {
                faces.put(id, Face.of(local.endpoint()));
            }
        });
        return Optional.of(new VpcView(
                settings,
                namespace,
                known,
                new ArrayList<>(locals.values()),
                faces,
                numbers.take(new Owner(vpcId, "")),
                mtu));
    }

    /** Whether nothing of the VPC has to be known any more. */
    public boolean isOver() {
        return locals.isEmpty() && (leaves || vpc == null || vpc.getDeleted());
    }

    public void forget() throws IOException {
        numbers.giveBack(new Owner(vpcId, ""));
        files.remove();
    }
}
