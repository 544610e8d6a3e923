package io.coppice.cloud.compute;

import io.coppice.cloud.network.flowlog.FlowSource;
import io.coppice.cloud.place.Zones;
import io.coppice.proto.cluster.v1.TakeFlowsRequest;
import io.coppice.proto.cluster.v1.TakeFlowsResponse;
import io.grpc.StatusRuntimeException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/** What hosts have counted of recorded flows, asked of their zone's Cluster Controller. Thread-safe. */
@ApplicationScoped
class ZoneFlows implements FlowSource {
    private static final Logger LOG = Logger.getLogger(ZoneFlows.class);

    private final InstanceConsoles.ZoneLinks links;
    private final Zones zones;

    ZoneFlows(InstanceConsoles.ZoneLinks links, Zones zones) {
        this.links = links;
        this.zones = zones;
    }

    @Override
    public List<String> zones() {
        return zones.all();
    }

    @Override
    public Optional<TakeFlowsResponse> take(String zone, TakeFlowsRequest request) {
        try {
            return links.of(zone).map(link -> link.takeFlows(request));
        } catch (StatusRuntimeException e) {
            LOG.debugf("the flows of zone %s wait there: %s", zone, e.getMessage());
            return Optional.empty();
        }
    }
}
