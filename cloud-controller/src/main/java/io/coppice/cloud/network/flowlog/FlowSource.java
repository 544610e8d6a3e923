package io.coppice.cloud.network.flowlog;

import io.coppice.proto.cluster.v1.TakeFlowsRequest;
import io.coppice.proto.cluster.v1.TakeFlowsResponse;
import java.util.List;
import java.util.Optional;

/** What zones' hosts have counted of recorded flows. Remote. Thread-safe. */
public interface FlowSource {
    /** The zones of the cloud. */
    List<String> zones();

    /** What the zone has behind what the request says was taken; empty while the zone cannot be asked. */
    Optional<TakeFlowsResponse> take(String zone, TakeFlowsRequest request);
}
