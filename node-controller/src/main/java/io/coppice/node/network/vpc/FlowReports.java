package io.coppice.node.network.vpc;

import io.coppice.node.network.vpc.FlowTable.Content;
import io.coppice.node.network.vpc.FlowTable.Point;
import io.coppice.proto.network.v1.FlowCount;
import io.coppice.proto.network.v1.FlowReport;
import io.coppice.proto.network.v1.InterfaceFlows;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Makes of what a table has counted what is told of each interface. */
final class FlowReports {
    /** Flows in one message. */
    static final int MOST_FLOWS = 4_096;

    private FlowReports() {}

    /**
     * Whose flows are told.
     *
     * @param covered by address
     * @param here addresses of all guests of this host in the VPC
     */
    record Scope(Map<String, LocalInterface> covered, Set<String> here) {
        Scope {
            covered = Map.copyOf(covered);
            here = Set.copyOf(here);
        }

        /** Both: who came and who went during a period belongs to it. */
        Scope plus(Scope other) {
            var all = new TreeMap<>(covered);
            all.putAll(other.covered);
            var both = new HashSet<>(here);
            both.addAll(other.here);
            return new Scope(all, both);
        }
    }

    /**
     * The messages about one period: every covered interface is in at least one.
     *
     * @param head the VPC and the period
     */
    static List<FlowReport> of(FlowReport head, Scope scope, Content content) {
        var flows = new TreeMap<String, InterfaceFlows.Builder>();
        scope.covered().values().forEach(local -> ofInterface(flows, local, content));
        for (var flow : content.counts().getOrDefault(Point.OFFERED, Map.of()).keySet()) {
            var sender = scope.covered().get(flow.source());
            if (sender != null) {
                add(
                        ofInterface(flows, sender, content),
                        flow,
                        content.at(Point.OFFERED, flow),
                        content.at(Point.SENT, flow));
            }
            var receiver = scope.covered().get(flow.destination());
            if (receiver != null) {
                // What its sender's own side refused never came to the receiver.
                var reaching = content.at(scope.here().contains(flow.source()) ? Point.SENT : Point.OFFERED, flow);
                add(ofInterface(flows, receiver, content), flow, reaching, content.at(Point.DELIVERED, flow));
            }
        }
        return cut(head, flows.values());
    }

    private static InterfaceFlows.Builder ofInterface(
            Map<String, InterfaceFlows.Builder> flows, LocalInterface local, Content content) {
        return flows.computeIfAbsent(local.endpoint().getNetworkInterfaceId(), id -> InterfaceFlows.newBuilder()
                .setNetworkInterfaceId(id)
                .setSubnetId(local.endpoint().getSubnetId())
                .setSkipped(!content.complete()));
    }

    private static void add(InterfaceFlows.Builder flows, FlowKey flow, FlowTally reaching, FlowTally accepted) {
        add(flows, flow, accepted, true);
        add(flows, flow, reaching.without(accepted), false);
    }

    private static void add(InterfaceFlows.Builder flows, FlowKey flow, FlowTally tally, boolean accepted) {
        if (!tally.isNone()) {
            flows.addFlows(FlowCount.newBuilder()
                    .setSource(flow.source())
                    .setDestination(flow.destination())
                    .setProtocol(flow.protocol())
                    .setSourcePort(flow.sourcePort())
                    .setDestinationPort(flow.destinationPort())
                    .setPackets(tally.packets())
                    .setBytes(tally.bytes())
                    .setAccepted(accepted));
        }
    }

    /** Messages with at most {@link #MOST_FLOWS} flows each, and about as many interfaces. */
    private static List<FlowReport> cut(FlowReport head, Iterable<InterfaceFlows.Builder> all) {
        var reports = new ArrayList<FlowReport>();
        var report = head.toBuilder();
        var size = 0;
        for (var each : all) {
            var begin = 0;
            do {
                if (size >= MOST_FLOWS) {
                    reports.add(report.build());
                    report = head.toBuilder();
                    size = 0;
                }
                var end = Math.min(each.getFlowsCount(), begin + MOST_FLOWS - size);
                report.addInterfaces(each.clone()
                        .clearFlows()
                        .addAllFlows(each.getFlowsList().subList(begin, end)));
                size += Math.max(1, end - begin);
                begin = end;
            } while (begin < each.getFlowsCount());
        }
        if (report.getInterfacesCount() > 0) {
            reports.add(report.build());
        }
        return List.copyOf(reports);
    }
}
