package io.coppice.node.agent;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.network.NetworkEngine;
import io.coppice.proto.compute.v1.DesiredInstance;
import io.coppice.proto.compute.v1.LearnedAddress;
import io.coppice.proto.compute.v1.NetworkEndpoint;
import java.util.List;

/** What a host knows better than who desires its instances: addresses that somebody else has given guests. Pure. */
final class Learned {
    private Learned() {}

    /** What was learned of one instance's interfaces, for a report. */
    static List<LearnedAddress> of(InstanceId instance, NetworkEngine network) {
        return network.learned().stream()
                .filter(each -> each.instance().equals(instance))
                .map(each -> LearnedAddress.newBuilder()
                        .setMac(each.mac())
                        .setPrivateIpv4(each.ipv4())
                        .build())
                .toList();
    }

    /** The instance with the addresses that were learned in place of those that are desired. */
    static DesiredInstance in(DesiredInstance desired, NetworkEngine network) {
        var learned = of(new InstanceId(desired.getInstanceId()), network);
        if (learned.isEmpty()) {
            return desired;
        }
        var known = desired.toBuilder().clearEndpoints();
        for (var endpoint : desired.getEndpointsList()) {
            known.addEndpoints(learned.stream()
                    .filter(each -> each.getMac().equals(endpoint.getMac()))
                    .findFirst()
                    .map(each -> NetworkEndpoint.newBuilder(endpoint)
                            .setPrivateIpv4(each.getPrivateIpv4())
                            .build())
                    .orElse(endpoint));
        }
        return known.build();
    }
}
