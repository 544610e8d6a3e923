package io.coppice.cloud.network.flowlog;

import io.coppice.cloud.network.flowlog.LogRecord.Status;
import io.coppice.proto.network.v1.FlowReport;
import io.coppice.proto.network.v1.InterfaceFlows;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes the records of a flow log of what hosts have counted. */
final class FlowRecords {
    private FlowRecords() {}

    /**
     * The records of a flow log.
     *
     * @param incomplete whether reports that should be among these were lost, nobody knows whose
     */
    static List<LogRecord> of(FlowLogRow log, List<FlowReport> reports, boolean incomplete) {
        var records = new ArrayList<LogRecord>();
        for (var report : reports) {
            if (!report.getVpcId().equals(log.vpcId) || report.getEndSeconds() <= log.createdAt.getEpochSecond()) {
                continue;
            }
            for (var each : report.getInterfacesList()) {
                if (isRecorded(log, each)) {
                    add(log, report, each, incomplete, records);
                }
            }
        }
        return records;
    }

    private static boolean isRecorded(FlowLogRow log, InterfaceFlows flows) {
        if (log.networkInterfaceId != null) {
            return log.networkInterfaceId.equals(flows.getNetworkInterfaceId());
        }
        return log.subnetId == null || log.subnetId.equals(flows.getSubnetId());
    }

    private static void add(
            FlowLogRow log, FlowReport report, InterfaceFlows flows, boolean incomplete, List<LogRecord> into) {
        for (var flow : flows.getFlowsList()) {
            if (log.traffic().takes(flow)) {
                into.add(record(log, report, flows, Status.OK).with(flow));
            }
        }
        if (flows.getSkipped() || incomplete) {
            into.add(record(log, report, flows, Status.SKIPDATA));
        } else if (flows.getFlowsCount() == 0) {
            into.add(record(log, report, flows, Status.NODATA));
        }
    }

    private static LogRecord record(FlowLogRow log, FlowReport report, InterfaceFlows flows, Status status) {
        return new LogRecord(
                log.accountId,
                flows.getNetworkInterfaceId(),
                report.getBeginSeconds(),
                report.getEndSeconds(),
                status,
                Optional.empty());
    }
}
