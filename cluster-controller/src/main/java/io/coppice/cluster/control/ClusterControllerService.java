package io.coppice.cluster.control;

import io.coppice.cluster.event.WatchStream;
import io.coppice.cluster.event.ZoneEventLog;
import io.coppice.cluster.session.ConsoleRequests;
import io.coppice.cluster.session.RecordedFlows;
import io.coppice.cluster.zone.Zone;
import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.MalformedIdException;
import io.coppice.foundation.id.NodeId;
import io.coppice.proto.cluster.v1.ApplyNetworksRequest;
import io.coppice.proto.cluster.v1.ApplyNetworksResponse;
import io.coppice.proto.cluster.v1.ApplyRequest;
import io.coppice.proto.cluster.v1.ApplyResponse;
import io.coppice.proto.cluster.v1.AskHostRequest;
import io.coppice.proto.cluster.v1.AskHostResponse;
import io.coppice.proto.cluster.v1.ClusterControllerGrpc;
import io.coppice.proto.cluster.v1.GetConsoleRequest;
import io.coppice.proto.cluster.v1.GetConsoleResponse;
import io.coppice.proto.cluster.v1.ListHostsRequest;
import io.coppice.proto.cluster.v1.ListHostsResponse;
import io.coppice.proto.cluster.v1.ListImageCachesRequest;
import io.coppice.proto.cluster.v1.ListImageCachesResponse;
import io.coppice.proto.cluster.v1.PrefetchImageRequest;
import io.coppice.proto.cluster.v1.PrefetchImageResponse;
import io.coppice.proto.cluster.v1.TakeFlowsRequest;
import io.coppice.proto.cluster.v1.TakeFlowsResponse;
import io.coppice.proto.cluster.v1.WatchRequest;
import io.coppice.proto.cluster.v1.ZoneEvent;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.LinkedHashMap;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.regex.Pattern;

/** The door for the Cloud Controller. */
public final class ClusterControllerService extends ClusterControllerGrpc.ClusterControllerImplBase
        implements AutoCloseable {
    private static final int MAX_APPLY = 256;
    private static final int MAX_APPLY_NETWORKS = 64;
    private static final int MAX_PAGE = 1000;
    /** Each is some 20 KiB at most. */
    private static final int MAX_CACHES = 100;

    private static final int MAX_WATCHES = 64;
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    private final Zone zone;
    private final ZoneEventLog log;
    private final ConsoleRequests consoles;
    private final RecordedFlows flows;
    private final Executor executor;
    private final LargeVpcs largeVpcs = new LargeVpcs();
    private final Set<WatchStream> watches = ConcurrentHashMap.newKeySet();

    /** Opens the door of this zone; {@code executor} runs what may block. */
    public ClusterControllerService(
            Zone zone, ZoneEventLog log, ConsoleRequests consoles, RecordedFlows flows, Executor executor) {
        this.zone = zone;
        this.log = log;
        this.consoles = consoles;
        this.flows = flows;
        this.executor = executor;
    }

    @Override
    public void apply(ApplyRequest request, StreamObserver<ApplyResponse> answer) {
        if (request.getInstancesCount() > MAX_APPLY) {
            answer.onError(Status.INVALID_ARGUMENT
                    .withDescription("at most " + MAX_APPLY + " instances a call")
                    .asRuntimeException());
            return;
        }
        try {
            var wishes = new LinkedHashMap<InstanceId, DesiredInstance>();
            for (var wish : request.getInstancesList()) {
                wishes.put(new InstanceId(wish.getInstanceId()), wish);
            }
            zone.apply(wishes);
            answer.onNext(ApplyResponse.getDefaultInstance());
            answer.onCompleted();
        } catch (MalformedIdException e) {
            answer.onError(malformed(e));
        }
    }

    @Override
    public void applyNetworks(ApplyNetworksRequest request, StreamObserver<ApplyNetworksResponse> answer) {
        var vpcs = request.getVpcsList();
        if (vpcs.size() > MAX_APPLY_NETWORKS
                || vpcs.stream().anyMatch(vpc -> vpc.getVpcId().isEmpty())) {
            answer.onError(Status.INVALID_ARGUMENT
                    .withDescription("at most " + MAX_APPLY_NETWORKS + " VPCs a call, each with its id")
                    .asRuntimeException());
            return;
        }
        try {
            zone.applyNetworks(request.hasPart() ? largeVpcs.take(request.getPart()) : vpcs);
            answer.onNext(ApplyNetworksResponse.newBuilder()
                    .setPartTaken(request.hasPart())
                    .build());
            answer.onCompleted();
        } catch (StatusRuntimeException e) {
            answer.onError(e);
        }
    }

    @Override
    public void watch(WatchRequest request, StreamObserver<ZoneEvent> answers) {
        watches.removeIf(WatchStream::isEnded);
        if (watches.size() >= MAX_WATCHES) {
            answers.onError(Status.RESOURCE_EXHAUSTED
                    .withDescription("the zone is watched by as many as it allows")
                    .asRuntimeException());
            return;
        }
        watches.add(WatchStream.open(
                request, log, zone::snapshot, (ServerCallStreamObserver<ZoneEvent>) answers, executor));
    }

    /** Lets quiet watches know that the connection lives; called every few seconds. */
    public void keepWatchesAlive() {
        watches.removeIf(WatchStream::isEnded);
        watches.forEach(WatchStream::keepAlive);
    }

    @Override
    public void getConsole(GetConsoleRequest request, StreamObserver<GetConsoleResponse> answer) {
        try {
            answer.onNext(consoles.ask(new InstanceId(request.getInstanceId()), request.getMaxBytes()));
            answer.onCompleted();
        } catch (StatusRuntimeException e) {
            answer.onError(e);
        } catch (MalformedIdException e) {
            answer.onError(malformed(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            answer.onError(Status.CANCELLED.withCause(e).asRuntimeException());
        }
    }

    @Override
    public void askHost(AskHostRequest request, StreamObserver<AskHostResponse> answer) {
        try {
            var data = consoles.askHost(new InstanceId(request.getInstanceId()), request);
            answer.onNext(AskHostResponse.newBuilder().setData(data).build());
            answer.onCompleted();
        } catch (StatusRuntimeException e) {
            answer.onError(e);
        } catch (MalformedIdException e) {
            answer.onError(malformed(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            answer.onError(Status.CANCELLED.withCause(e).asRuntimeException());
        }
    }

    @Override
    public void takeFlows(TakeFlowsRequest request, StreamObserver<TakeFlowsResponse> answer) {
        answer.onNext(flows.take(request));
        answer.onCompleted();
    }

    @Override
    public void listHosts(ListHostsRequest request, StreamObserver<ListHostsResponse> answer) {
        try {
            var size = request.getPageSize() <= 0 ? MAX_PAGE : Math.min(request.getPageSize(), MAX_PAGE);
            var after = request.getAfterNodeId().isEmpty()
                    ? Optional.<NodeId>empty()
                    : Optional.of(new NodeId(request.getAfterNodeId()));
            var hosts = zone.hosts(after, size + 1);
            var page = ListHostsResponse.newBuilder();
            if (hosts.size() > size) {
                page.setNextAfterNodeId(hosts.get(size - 1).getNodeId());
            }
            answer.onNext(page.addAllHosts(hosts.stream().limit(size).toList()).build());
            answer.onCompleted();
        } catch (MalformedIdException e) {
            answer.onError(malformed(e));
        }
    }

    @Override
    public void prefetchImage(PrefetchImageRequest request, StreamObserver<PrefetchImageResponse> answer) {
        if (request.getHostsCount() > MAX_PAGE
                || !SHA256.matcher(request.getImage().getSha256()).matches()) {
            answer.onError(Status.INVALID_ARGUMENT
                    .withDescription("an image with a hash, and at most " + MAX_PAGE + " hosts")
                    .asRuntimeException());
            return;
        }
        answer.onNext(zone.images().prefetch(request.getImage(), request.getHostsList()));
        answer.onCompleted();
    }

    @Override
    public void listImageCaches(ListImageCachesRequest request, StreamObserver<ListImageCachesResponse> answer) {
        try {
            var most = MAX_CACHES;
            var size = request.getPageSize() <= 0 ? most : Math.min(request.getPageSize(), most);
            var after = request.getAfterNodeId().isEmpty()
                    ? Optional.<NodeId>empty()
                    : Optional.of(new NodeId(request.getAfterNodeId()));
            var hosts = zone.images().caches(after, size + 1);
            var page = ListImageCachesResponse.newBuilder();
            if (hosts.size() > size) {
                page.setNextAfterNodeId(hosts.get(size - 1).getNodeId());
            }
            answer.onNext(page.addAllHosts(hosts.stream().limit(size).toList()).build());
            answer.onCompleted();
        } catch (MalformedIdException e) {
            answer.onError(malformed(e));
        }
    }

    private static StatusRuntimeException malformed(MalformedIdException e) {
        return Status.INVALID_ARGUMENT.withDescription(e.getMessage()).asRuntimeException();
    }

    /** Ends every watch in good order. */
    @Override
    public void close() {
        watches.forEach(WatchStream::close);
    }
}
