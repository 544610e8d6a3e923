package io.coppice.cluster.session;

import io.coppice.proto.cluster.v1.TakeFlowsRequest;
import io.coppice.proto.cluster.v1.TakeFlowsResponse;
import io.coppice.proto.network.v1.FlowReport;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * What hosts have counted of recorded flows, until the Cloud Controller has it: in memory, and as much of it as there is room for. When
 * there is no more room the oldest goes, and it is counted how often that happened. Thread-safe.
 */
public final class RecordedFlows {
    private static final Logger LOG = Logger.getLogger(RecordedFlows.class);
    private static final int MOST_BYTES_OF_ANSWER = 1024 * 1024;

    private final String stream = UUID.randomUUID().toString();
    private final long mostBytes;
    // Guarded by this.
    private final Deque<Entry> waiting = new ArrayDeque<>();
    private long bytes;
    private long sequence;
    private long dropped;

    private record Entry(long sequence, FlowReport report) {}

    /** Room for so many bytes of reports. */
    public RecordedFlows(long mostBytes) {
        this.mostBytes = mostBytes;
    }

    /** Takes what a host tells. */
    public synchronized void add(FlowReport report) {
        waiting.add(new Entry(++sequence, report));
        bytes += report.getSerializedSize();
        while (bytes > mostBytes) {
            if (dropped++ == 0) {
                LOG.warn("flows that hosts have counted are lost: nobody takes them, and there is no more room");
            }
            forgetFirst();
        }
    }

    private void forgetFirst() {
        bytes -= waiting.remove().report().getSerializedSize();
    }

    /** The oldest that the caller does not have. */
    public synchronized TakeFlowsResponse take(TakeFlowsRequest request) {
        if (request.getStreamId().equals(stream)) {
            while (!waiting.isEmpty() && waiting.element().sequence() <= request.getDoneSequence()) {
                forgetFirst();
            }
        }
        var answer = TakeFlowsResponse.newBuilder().setStreamId(stream).setDropped(dropped);
        long size = 0;
        for (var entry : waiting) {
            size += entry.report().getSerializedSize();
            if (answer.getReportsCount() > 0 && size > MOST_BYTES_OF_ANSWER) {
                break;
            }
            answer.addReports(entry.report()).setLastSequence(entry.sequence());
        }
        return answer.build();
    }
}
