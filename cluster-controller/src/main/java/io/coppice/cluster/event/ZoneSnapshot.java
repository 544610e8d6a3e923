package io.coppice.cluster.event;

import io.coppice.proto.cluster.v1.Host;
import io.coppice.proto.compute.v1.Observation;
import java.util.List;

/**
 * All that the zone knows at one moment.
 *
 * @param sequence number of the last event that is contained in it
 * @param completeNodes ids of the hosts whose instances are all in it
 */
public record ZoneSnapshot(
        long sequence, List<Host> hosts, List<Observation> observations, List<String> completeNodes) {
    public ZoneSnapshot {
        hosts = List.copyOf(hosts);
        observations = List.copyOf(observations);
        completeNodes = List.copyOf(completeNodes);
    }
}
