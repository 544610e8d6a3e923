package io.coppice.cloud.compute;

import com.google.protobuf.ByteString;
import io.coppice.foundation.rpc.MessageParts;
import io.coppice.proto.cluster.v1.ApplyNetworksRequest;
import io.coppice.proto.cluster.v1.ApplyRequest;
import io.coppice.proto.cluster.v1.AskHostRequest;
import io.coppice.proto.cluster.v1.ClusterControllerGrpc;
import io.coppice.proto.cluster.v1.GetConsoleRequest;
import io.coppice.proto.cluster.v1.GetConsoleResponse;
import io.coppice.proto.cluster.v1.ListImageCachesRequest;
import io.coppice.proto.cluster.v1.ListImageCachesResponse;
import io.coppice.proto.cluster.v1.PrefetchImageRequest;
import io.coppice.proto.cluster.v1.PrefetchImageResponse;
import io.coppice.proto.cluster.v1.TakeFlowsRequest;
import io.coppice.proto.cluster.v1.TakeFlowsResponse;
import io.coppice.proto.cluster.v1.WatchRequest;
import io.coppice.proto.cluster.v1.ZoneEvent;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.network.v1.Vpc;
import io.coppice.proto.network.v1.VpcPart;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** {@link ZoneLink} over gRPC. Does not own the channel. */
final class GrpcZoneLink implements ZoneLink {
    private static final long APPLY_SECONDS = 20;

    private final ManagedChannel channel;
    private final ClusterControllerGrpc.ClusterControllerBlockingStub stub;

    GrpcZoneLink(ManagedChannel channel) {
        this.channel = channel;
        this.stub = ClusterControllerGrpc.newBlockingStub(channel);
    }

    @Override
    public void apply(List<DesiredInstance> instances) {
        var answer = stub.withDeadlineAfter(APPLY_SECONDS, TimeUnit.SECONDS)
                .apply(ApplyRequest.newBuilder().addAllInstances(instances).build());
        assert answer != null;
    }

    @Override
    public void applyNetworks(List<Vpc> vpcs) {
        if (vpcs.size() == 1 && vpcs.getFirst().getSerializedSize() > MessageParts.MOST_BYTES) {
            applyInParts(vpcs.getFirst());
            return;
        }
        var answer = stub.withDeadlineAfter(APPLY_SECONDS, TimeUnit.SECONDS)
                .applyNetworks(
                        ApplyNetworksRequest.newBuilder().addAllVpcs(vpcs).build());
        assert answer != null;
    }

    private void applyInParts(Vpc vpc) {
        for (var part : MessageParts.cut(vpc.getVpcId(), vpc.getGeneration(), vpc.toByteString())) {
            var answer = stub.withDeadlineAfter(APPLY_SECONDS, TimeUnit.SECONDS)
                    .applyNetworks(ApplyNetworksRequest.newBuilder()
                            .setPart(VpcPart.newBuilder()
                                    .setVpcId(part.key())
                                    .setGeneration(part.number())
                                    .setIndex(part.index())
                                    .setMore(part.more())
                                    .setPart(part.bytes()))
                            .build());
            if (!answer.getPartTaken()) {
                throw Status.UNIMPLEMENTED
                        .withDescription("the zone's Cluster Controller takes no VPC as large as " + vpc.getVpcId()
                                + ": update it")
                        .asRuntimeException();
            }
        }
    }

    @Override
    public void watch(String streamId, long afterSequence, Consumer<ZoneEvent> sink) {
        var request = WatchRequest.newBuilder()
                .setStreamId(streamId)
                .setAfterSequence(afterSequence)
                .build();
        // Without this the channel waits on its own, and up to two minutes, after the zone was away.
        channel.resetConnectBackoff();
        // However this ends, the call ends with it. The blocking iterator asks for one message at a time.
        try (var call = Context.current().withCancellation()) {
            var previous = call.attach();
            try {
                stub.watch(request).forEachRemaining(sink);
            } finally {
                call.detach(previous);
            }
        }
    }

    @Override
    public GetConsoleResponse console(String instanceId, int maxBytes, Duration deadline) {
        return stub.withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS)
                .getConsole(GetConsoleRequest.newBuilder()
                        .setInstanceId(instanceId)
                        .setMaxBytes(maxBytes)
                        .build());
    }

    @Override
    public ByteString askHost(AskHostRequest request, Duration deadline) {
        return stub.withDeadlineAfter(deadline.toMillis(), TimeUnit.MILLISECONDS)
                .askHost(request)
                .getData();
    }

    @Override
    public PrefetchImageResponse prefetch(PrefetchImageRequest request) {
        return stub.withDeadlineAfter(APPLY_SECONDS, TimeUnit.SECONDS).prefetchImage(request);
    }

    @Override
    public ListImageCachesResponse imageCaches(ListImageCachesRequest request) {
        return stub.withDeadlineAfter(APPLY_SECONDS, TimeUnit.SECONDS).listImageCaches(request);
    }

    @Override
    public TakeFlowsResponse takeFlows(TakeFlowsRequest request) {
        return stub.withDeadlineAfter(APPLY_SECONDS, TimeUnit.SECONDS).takeFlows(request);
    }
}
