package io.coppice.node.simulated;

import io.coppice.proto.network.v1.EndpointLocation;
import io.coppice.proto.network.v1.FlowLogging;
import io.coppice.proto.network.v1.FlowReport;
import io.coppice.proto.network.v1.InterfaceFlows;
import io.coppice.proto.network.v1.Vpc;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The flows of guests that send nothing: of interfaces whose flows are recorded it is told that there were none. Thread-safe.
 */
final class SimulatedFlows {
    private final String address;
    private final InstantSource clock;
    // Guarded by this: when the period of each VPC began, seconds since 1970.
    private final Map<String, Long> begins = new HashMap<>();

    /** The flows on the host with this address between hosts. */
    SimulatedFlows(String address, InstantSource clock) {
        this.address = address;
        this.clock = clock;
    }

    /** What there is to tell of these VPCs, once each has been recorded for that long. */
    synchronized List<FlowReport> of(List<SimulatedVpc> recorded, Duration period) {
        var now = clock.instant().getEpochSecond();
        begins.keySet().retainAll(recorded.stream().map(SimulatedFlows::id).toList());
        var reports = new ArrayList<FlowReport>();
        for (var each : recorded) {
            var begin = begins.computeIfAbsent(id(each), any -> now);
            if (now > begin && now >= begin + period.toSeconds()) {
                begins.put(id(each), now);
                report(each, begin, now, reports);
            }
        }
        return reports;
    }

    private static String id(SimulatedVpc vpc) {
        return vpc.vpc().getVpcId();
    }

    private void report(SimulatedVpc vpc, long begin, long end, List<FlowReport> into) {
        var report =
                FlowReport.newBuilder().setVpcId(id(vpc)).setBeginSeconds(begin).setEndSeconds(end);
        vpc.interfaces().values().stream()
                .filter(each -> each.getNodeAddress().equals(address) && isWanted(vpc.vpc(), each))
                .forEach(each -> report.addInterfaces(InterfaceFlows.newBuilder()
                        .setNetworkInterfaceId(each.getNetworkInterfaceId())
                        .setSubnetId(each.getSubnetId())));
        if (report.getInterfacesCount() > 0) {
            into.add(report.build());
        }
    }

    private static boolean isWanted(Vpc vpc, EndpointLocation location) {
        FlowLogging logging = vpc.getFlowLogging();
        return logging.getWholeVpc()
                || logging.getSubnetIdsList().contains(location.getSubnetId())
                || logging.getNetworkInterfaceIdsList().contains(location.getNetworkInterfaceId());
    }
}
