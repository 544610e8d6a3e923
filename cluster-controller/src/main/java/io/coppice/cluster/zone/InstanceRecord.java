package io.coppice.cluster.zone;

import io.coppice.cluster.schedule.Demand;
import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.NodeId;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.LocalDisk;
import io.coppice.proto.compute.v1.Machine;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import io.coppice.proto.compute.v1.Observation;
import io.coppice.proto.compute.v1.Phase;
import io.coppice.proto.compute.v1.PowerState;
import io.coppice.proto.node.v1.InventoryItem;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** One instance as the zone knows it: what is wished, what was seen, and where. Guarded by the zone's lock. */
final class InstanceRecord {
    private static final long MIB = 1024L * 1024;
    private static final int MAX_DOUBLINGS = 4;

    private final InstanceId id;
    /** Hears whenever the host or the interfaces may be others. */
    private final Consumer<InstanceRecord> placeListener;

    private @Nullable DesiredInstance desired;
    private @Nullable Observation observation;
    /** What the zone itself has to say: that it was scheduled, or cannot be. */
    private @Nullable Observation notice;

    private final Set<NodeId> failedOn = new HashSet<>();
    private @Nullable HostRecord host;
    private Demand size = Demand.NONE;
    private Demand charged = Demand.NONE;
    private Company company = Company.ANY;
    private List<NetworkEndpoint> endpoints = List.of();
    /** The Ceph clusters in which its host must open volumes. */
    private Set<String> cephClusters = Set.of();

    private boolean computeGranted;
    /** The end of the credentials that its host was sent last; 0 when it was sent none. */
    private long credentialsSent;

    private long wishedMillis;
    private long sentMillis;
    private int timesSent;

    InstanceRecord(InstanceId id, Consumer<InstanceRecord> placeListener) {
        this.id = id;
        this.placeListener = placeListener;
    }

    InstanceId id() {
        return id;
    }

    /** Takes a wish that is not older than the known one. False when it is. */
    boolean wish(DesiredInstance wish, long nowMillis) {
        var known = desired;
        if (known != null && isOlder(wish, known)) {
            return false;
        }
        if (known == null || isOlder(known, wish)) {
            wishedMillis = nowMillis;
            sendAnew();
        } else if (credentialsEnd(known) != credentialsEnd(wish)) {
            sendAnew();
        }
        desired = wish;
        cephClusters = wish.getVolumesList().stream()
                .filter(volume -> volume.getExport().hasCephImage())
                .map(volume -> volume.getExport().getCephImage().getCluster())
                .collect(Collectors.toUnmodifiableSet());
        if (wish.hasMachine()) {
            var diskMib = Math.max(
                    wish.getMachine().getRootDiskMib(),
                    Math.ceilDiv(wish.getImage().getVirtualSizeBytes(), MIB));
            size = new Demand(
                    wish.getMachine().getVcpus(),
                    wish.getMachine().getMemoryMib(),
                    diskMib + localMib(wish.getMachine()));
            company = Company.of(wish.getMachine());
            endpoints = inVpcs(wish.getEndpointsList());
        }
        recharge();
        return true;
    }

    /** What its other disks take of the host's, whether it runs or not: it is to find room for them when it starts again. */
    private static long localMib(Machine machine) {
        return machine.getLocalDisksList().stream().mapToLong(LocalDisk::getMib).sum();
    }

    private static long credentialsEnd(DesiredInstance wish) {
        return wish.getMetadata().getInstanceProfile().getExpiresAtSeconds();
    }

    private static boolean isOlder(DesiredInstance one, DesiredInstance other) {
        return one.getGeneration() < other.getGeneration()
                || (one.getGeneration() == other.getGeneration() && one.getRebootCount() < other.getRebootCount());
    }

    private static List<NetworkEndpoint> inVpcs(List<NetworkEndpoint> all) {
        return all.stream().filter(each -> !each.getVpcId().isEmpty()).toList();
    }

    /** A host said what it is; only believed while nobody who should know better has said so. */
    void described(InventoryItem item) {
        if (item.hasMachine() && (desired == null || !desired.hasMachine())) {
            var machine = item.getMachine();
            endpoints = inVpcs(item.getEndpointsList());
            size = new Demand(machine.getVcpus(), machine.getMemoryMib(), machine.getRootDiskMib() + localMib(machine));
            company = Company.of(machine);
            recharge();
        }
    }

    /** Whether the two must not share a host. */
    boolean keepsAwayFrom(InstanceRecord other) {
        return other != this && company.keepsAwayFrom(other.company);
    }

    /** Whether the two should share a host. */
    boolean seeks(InstanceRecord other) {
        return other != this && company.seeks(other.company);
    }

    /** Whether there are hosts that cannot give it its volumes. */
    boolean needsCeph() {
        return !cephClusters.isEmpty();
    }

    /** Whether a host can open all volumes that it should. */
    boolean findsVolumesOn(HostRecord candidate) {
        return cephClusters.stream().allMatch(candidate.cephCluster()::equals);
    }

    Company company() {
        return company;
    }

    /** A host saw it. */
    void observe(Observation seen) {
        observation = seen;
        notice = null;
        if (isOff(seen)) {
            var wish = desired;
            computeGranted = wish != null
                    && wish.getPower() == PowerState.POWER_STATE_RUNNING
                    && seen.getGeneration() < wish.getGeneration()
                    && computeGranted;
        } else {
            computeGranted = true;
        }
        recharge();
    }

    /** What the zone says until a host says more. */
    void notice(Observation said) {
        notice = said;
    }

    /** Nothing of it is on its host any more, or the host has lost it. */
    void forgetObservation() {
        observation = null;
    }

    void assign(HostRecord to) {
        detach();
        host = to;
        to.instances().put(id, this);
        recharge();
    }

    /** Gives up its host, where it never ran, and remembers not to go there again. */
    void leaveHost() {
        if (host != null) {
            failedOn.add(host.id());
        }
        detach();
        observation = null;
        notice = null;
        computeGranted = false;
        sendAnew();
    }

    /** Whether a launch was given up on this host. */
    boolean hasFailedOn(NodeId node) {
        return failedOn.contains(node);
    }

    /** On how many hosts a launch was given up. */
    int failedHosts() {
        return failedOn.size();
    }

    void detach() {
        if (host != null) {
            host.charge(charged, Demand.NONE);
            host.instances().remove(id);
        }
        charged = Demand.NONE;
        host = null;
        placeListener.accept(this);
    }

    /** Processors and memory are promised from now on. */
    void grantCompute() {
        computeGranted = true;
        recharge();
    }

    private void recharge() {
        if (host == null) {
            return;
        }
        placeListener.accept(this);
        var now = nothingLeft() ? Demand.NONE : computeGranted ? size : size.diskOnly();
        host.charge(charged, now);
        charged = now;
    }

    /** Whether its host holds nothing of it, by the host's own word. */
    boolean nothingLeft() {
        return observation != null
                && (observation.getPhase() == Phase.PHASE_GONE
                        || (observation.getPhase() == Phase.PHASE_FAILED
                                && !observation.getFailure().getRetryable()));
    }

    /** Its interfaces in VPCs, also while it is being taken away. */
    List<NetworkEndpoint> endpoints() {
        return endpoints;
    }

    /** The host that has its interfaces, or is about to; null when none has. */
    @Nullable
    HostRecord carryingHost() {
        if (!nothingLeft()) {
            return host;
        }
        // What is left of an earlier attempt says nothing of one that is still to come.
        var toCome = desired != null
                && desired.getPower() == PowerState.POWER_STATE_RUNNING
                && observation != null
                && observation.getGeneration() < desired.getGeneration();
        return toCome ? host : null;
    }

    private static boolean isOff(Observation seen) {
        return switch (seen.getPhase()) {
            case PHASE_STOPPED, PHASE_GONE -> true;
            case PHASE_FAILED -> !seen.getFailure().getRetryable();
            default -> false;
        };
    }

    /** Whether its host has confirmed the newest wish, so that it need not be sent again. */
    boolean isConfirmed() {
        var wish = desired;
        var seen = observation;
        if (wish == null) {
            return true;
        }
        if (seen == null || seen.getGeneration() < wish.getGeneration()) {
            return false;
        }
        return switch (wish.getPower()) {
            case POWER_STATE_TERMINATED ->
                seen.getPhase() == Phase.PHASE_GONE || seen.getPhase() == Phase.PHASE_STOPPING;
            // A launch that is tried again may need what the newest copy of the wish brings: a fresh image address.
            case POWER_STATE_RUNNING ->
                nothingLeft()
                        || (seen.getRebootCount() >= wish.getRebootCount()
                                && !seen.getFailure().getRetryable()
                                && credentialsSent == credentialsEnd(wish));
            default -> true;
        };
    }

    boolean wants(PowerState power) {
        return desired != null && desired.getPower() == power;
    }

    /** Whether a guest of it ever ran on its host, as far as was seen. */
    boolean hasRun() {
        return observation != null
                && switch (observation.getPhase()) {
                    case PHASE_RUNNING, PHASE_STOPPING, PHASE_STOPPED -> true;
                    default -> false;
                };
    }

    Optional<DesiredInstance> desired() {
        return Optional.ofNullable(desired);
    }

    Optional<Observation> observation() {
        return Optional.ofNullable(observation);
    }

    Optional<Observation> notice() {
        return Optional.ofNullable(notice);
    }

    /** The newest that can be told of it. */
    Optional<Observation> newest() {
        return notice == null ? observation() : notice();
    }

    @Nullable
    HostRecord host() {
        return host;
    }

    Demand size() {
        return size;
    }

    boolean isComputeGranted() {
        return computeGranted;
    }

    long wishedMillis() {
        return wishedMillis;
    }

    /** Whether it is time to send the wish, for the first time or again; each time waits twice as long. */
    boolean isSendingDue(long nowMillis, long waitMillis) {
        return timesSent == 0 || nowMillis - sentMillis >= waitMillis << Math.min(timesSent - 1, MAX_DOUBLINGS);
    }

    void sent(long nowMillis) {
        sentMillis = nowMillis;
        timesSent++;
        credentialsSent = desired == null ? 0 : credentialsEnd(desired);
    }

    /** Whatever was sent before may have been lost. */
    void sendAnew() {
        timesSent = 0;
    }

    /** Its host begins anew: credentials that were on the way may have been lost. */
    void hostBegan() {
        if (credentialsSent != 0) {
            credentialsSent = 0;
            sendAnew();
        }
    }
}
