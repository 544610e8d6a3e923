package io.coppice.node.simulated;

import io.coppice.proto.network.v1.EndpointLocation;
import io.coppice.proto.network.v1.Vpc;
import java.util.Map;

/**
 * What a simulated host was told of a VPC.
 *
 * @param interfaces by id
 * @param sequence of the last update of interfaces; 0 before the first
 */
public record SimulatedVpc(Vpc vpc, Map<String, EndpointLocation> interfaces, long sequence) {
    public SimulatedVpc {
        interfaces = Map.copyOf(interfaces);
    }
}
