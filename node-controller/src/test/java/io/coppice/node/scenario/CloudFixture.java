package io.coppice.node.scenario;

import static io.coppice.node.scenario.Eventually.eventually;

import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.pki.PeerKind;
import io.coppice.foundation.pki.TlsMaterial;
import io.coppice.foundation.rpc.Address;
import io.coppice.foundation.rpc.RpcChannels;
import io.coppice.proto.cluster.v1.ApplyNetworksRequest;
import io.coppice.proto.cluster.v1.ApplyRequest;
import io.coppice.proto.cluster.v1.ClusterControllerGrpc;
import io.coppice.proto.cluster.v1.GetConsoleRequest;
import io.coppice.proto.cluster.v1.Host;
import io.coppice.proto.cluster.v1.HostImages;
import io.coppice.proto.cluster.v1.ListHostsRequest;
import io.coppice.proto.cluster.v1.ListImageCachesRequest;
import io.coppice.proto.cluster.v1.PrefetchImageRequest;
import io.coppice.proto.cluster.v1.PrefetchImageResponse;
import io.coppice.proto.cluster.v1.WatchRequest;
import io.coppice.proto.cluster.v1.ZoneEvent;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.ImageReference;
import io.coppice.proto.compute.v1.Observation;
import io.coppice.proto.compute.v1.Phase;
import io.coppice.proto.network.v1.Vpc;
import io.grpc.ManagedChannel;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What a Cloud Controller does with a zone: wishes go in, a watch tells what came of them. */
public final class CloudFixture implements AutoCloseable {
    private static final int BATCH = 256;
    private static final Duration REPEAT_PAUSE = Duration.ofMillis(100);

    private final ManagedChannel channel;
    private final Map<String, DesiredInstance> wishes = new ConcurrentHashMap<>();
    private final Map<String, Vpc> networks = new ConcurrentHashMap<>();
    private final Map<String, List<Observation>> seen = new ConcurrentHashMap<>();
    private final List<ZoneEvent> events = new CopyOnWriteArrayList<>();
    private volatile boolean keepEvents = true;
    private volatile boolean closed;

    CloudFixture(int port, TlsMaterial material) {
        channel = RpcChannels.open(new Address("127.0.0.1", port), material, PeerKind.CLUSTER_CONTROLLER);
        Thread.ofVirtual().start(this::watch);
    }

    void forgetEvents() {
        keepEvents = false;
    }

    public void apply(List<DesiredInstance> desired) {
        desired.forEach(each -> wishes.put(each.getInstanceId(), each));
        for (int from = 0; from < desired.size(); from += BATCH) {
            var part = desired.subList(from, Math.min(desired.size(), from + BATCH));
            ClusterControllerGrpc.newBlockingStub(channel)
                    .withWaitForReady()
                    .withDeadlineAfter(60, TimeUnit.SECONDS)
                    .apply(ApplyRequest.newBuilder().addAllInstances(part).build());
        }
    }

    /** Says what VPCs should be. */
    public void applyNetworks(List<Vpc> vpcs) {
        vpcs.forEach(each -> networks.put(each.getVpcId(), each));
        ClusterControllerGrpc.newBlockingStub(channel)
                .withWaitForReady()
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .applyNetworks(
                        ApplyNetworksRequest.newBuilder().addAllVpcs(vpcs).build());
    }

    Vpc network(String vpcId) {
        return Objects.requireNonNull(networks.get(vpcId));
    }

    /** Sends every VPC and every wish again, as a Cloud Controller does now and then. */
    void repeatAll() {
        if (!networks.isEmpty()) {
            applyNetworks(List.copyOf(networks.values()));
        }
        apply(List.copyOf(wishes.values()));
    }

    public DesiredInstance wish(InstanceId instance) {
        return Objects.requireNonNull(wishes.get(instance.value()));
    }

    List<Observation> seen(InstanceId instance) {
        return List.copyOf(seen.getOrDefault(instance.value(), List.of()));
    }

    Observation last(InstanceId instance) {
        var all = seen(instance);
        return all.isEmpty() ? Observation.getDefaultInstance() : all.getLast();
    }

    long countLast(Phase phase) {
        return seen.values().stream()
                .filter(each -> !each.isEmpty() && each.getLast().getPhase() == phase)
                .count();
    }

    List<ZoneEvent> events() {
        return List.copyOf(events);
    }

    List<ZoneEvent> readWatch(WatchRequest request, int count) {
        var stream = ClusterControllerGrpc.newBlockingStub(channel)
                .withWaitForReady()
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .watch(request);
        var read = new ArrayList<ZoneEvent>();
        while (read.size() < count && stream.hasNext()) {
            read.add(stream.next());
        }
        return read;
    }

    String console(InstanceId instance) {
        return ClusterControllerGrpc.newBlockingStub(channel)
                .getConsole(GetConsoleRequest.newBuilder()
                        .setInstanceId(instance.value())
                        .setMaxBytes(65_536)
                        .build())
                .getData()
                .toStringUtf8();
    }

    /** What hosts keep of images. */
    List<HostImages> images() {
        return ClusterControllerGrpc.newBlockingStub(channel)
                .listImageCaches(ListImageCachesRequest.getDefaultInstance())
                .getHostsList();
    }

    PrefetchImageResponse prefetch(ImageReference image, List<String> hosts) {
        return ClusterControllerGrpc.newBlockingStub(channel)
                .withWaitForReady()
                .withDeadlineAfter(60, TimeUnit.SECONDS)
                .prefetchImage(PrefetchImageRequest.newBuilder()
                        .setImage(image)
                        .addAllHosts(hosts)
                        .build());
    }

    List<Host> hosts() {
        var hosts = new ArrayList<Host>();
        var request = ListHostsRequest.newBuilder();
        do {
            var page = ClusterControllerGrpc.newBlockingStub(channel)
                    .withWaitForReady()
                    .withDeadlineAfter(60, TimeUnit.SECONDS)
                    .listHosts(request.build());
            hosts.addAll(page.getHostsList());
            request.setAfterNodeId(page.getNextAfterNodeId());
        } while (!request.getAfterNodeId().isEmpty());
        return hosts;
    }

    @Override
    public void close() {
        closed = true;
        channel.shutdownNow();
    }

    private void watch() {
        var position = WatchRequest.newBuilder();
        while (!closed) {
            try {
                channel.resetConnectBackoff();
                var stream = ClusterControllerGrpc.newBlockingStub(channel)
                        .withWaitForReady()
                        .watch(position.build());
                while (stream.hasNext()) {
                    var event = stream.next();
                    position.setStreamId(event.getStreamId());
                    if (event.getSequence() > 0) {
                        position.setAfterSequence(event.getSequence());
                    }
                    take(event);
                }
            } catch (StatusRuntimeException e) {
                // The controller that is going breaks the watch or ends it; the next one begins with a snapshot.
                LockSupport.parkNanos(REPEAT_PAUSE.toNanos());
            }
        }
    }

    /** A call may still reach a controller that is just going. */
    private void repeatUntilHeard() {
        Thread.ofVirtual().start(() -> {
            while (!closed) {
                try {
                    repeatAll();
                    return;
                } catch (StatusRuntimeException e) {
                    LockSupport.parkNanos(REPEAT_PAUSE.toNanos());
                }
            }
        });
    }

    private void take(ZoneEvent event) {
        if (keepEvents) {
            events.add(event);
        }
        // As the Cloud Controller does: a zone that begins with all it knows may know nothing of what it was told.
        if (event.hasSnapshotBegin()) {
            repeatUntilHeard();
        }
        if (!event.hasObservation()) {
            return;
        }
        var observation = event.getObservation();
        seen.computeIfAbsent(observation.getInstanceId(), any -> new CopyOnWriteArrayList<>())
                .add(observation);
        // As the Cloud Controller does: once a host was seen, the instance belongs there.
        if (!observation.getNodeId().isEmpty()) {
            wishes.computeIfPresent(observation.getInstanceId(), (id, wish) -> wish.toBuilder()
                    .setNodeId(observation.getNodeId())
                    .build());
        }
    }

    public void awaitPhase(InstanceId instance, Phase phase, long generation) {
        eventually(
                instance + " is " + phase + " at generation " + generation,
                Duration.ofSeconds(60),
                () -> last(instance).getPhase() == phase && last(instance).getGeneration() == generation,
                () -> "seen: " + seen(instance));
    }
}
