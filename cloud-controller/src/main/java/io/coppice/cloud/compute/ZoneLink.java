package io.coppice.cloud.compute;

import com.google.protobuf.ByteString;
import io.coppice.proto.cluster.v1.AskHostRequest;
import io.coppice.proto.cluster.v1.GetConsoleResponse;
import io.coppice.proto.cluster.v1.ListImageCachesRequest;
import io.coppice.proto.cluster.v1.ListImageCachesResponse;
import io.coppice.proto.cluster.v1.PrefetchImageRequest;
import io.coppice.proto.cluster.v1.PrefetchImageResponse;
import io.coppice.proto.cluster.v1.TakeFlowsRequest;
import io.coppice.proto.cluster.v1.TakeFlowsResponse;
import io.coppice.proto.cluster.v1.ZoneEvent;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.network.v1.Vpc;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/** The Cluster Controller of one zone, as the Cloud Controller talks to it. Thread-safe. */
interface ZoneLink {
    /** Hands over what is desired, at most 256 instances; returns when the zone has it. */
    void apply(List<DesiredInstance> instances) throws StatusRuntimeException;

    /** Hands over VPCs as they should be, at most 64 and 4 MiB; returns when the zone has them. */
    void applyNetworks(List<Vpc> vpcs) throws StatusRuntimeException;

    /**
     * Passes on what happens in the zone until the stream ends or the thread is interrupted. The sink's blocking holds the
     * stream back.
     *
     * @param streamId empty for a first watch
     */
    void watch(String streamId, long afterSequence, Consumer<ZoneEvent> sink) throws StatusRuntimeException;

    /** The newest console bytes of an instance. */
    GetConsoleResponse console(String instanceId, int maxBytes, Duration deadline) throws StatusRuntimeException;

    /** Has the host of a running instance do something at once, and gives what comes of it. */
    ByteString askHost(AskHostRequest request, Duration deadline) throws StatusRuntimeException;

    /** Tells hosts of the zone to fetch an image that no instance needs yet. */
    PrefetchImageResponse prefetch(PrefetchImageRequest request) throws StatusRuntimeException;

    /** What the image caches of the zone's hosts hold, a page. */
    ListImageCachesResponse imageCaches(ListImageCachesRequest request) throws StatusRuntimeException;

    /** What hosts have counted of recorded flows behind what was taken before. */
    TakeFlowsResponse takeFlows(TakeFlowsRequest request) throws StatusRuntimeException;
}
