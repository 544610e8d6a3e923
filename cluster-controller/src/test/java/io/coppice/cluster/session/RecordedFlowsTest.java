package io.coppice.cluster.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.coppice.proto.cluster.v1.TakeFlowsRequest;
import io.coppice.proto.cluster.v1.TakeFlowsResponse;
import io.coppice.proto.network.v1.FlowReport;
import java.util.List;
import org.junit.jupiter.api.Test;

/** If this fails, flows that were counted are taken twice or never, or fill the memory of a Cluster Controller that nobody asks. */
class RecordedFlowsTest {
    private static final int LARGE = 700_000;

    private static FlowReport report(String vpc) {
        return FlowReport.newBuilder().setVpcId(vpc).build();
    }

    private static List<String> vpcs(TakeFlowsResponse answer) {
        return answer.getReportsList().stream().map(FlowReport::getVpcId).toList();
    }

    private static TakeFlowsRequest behind(TakeFlowsResponse answer) {
        return TakeFlowsRequest.newBuilder()
                .setStreamId(answer.getStreamId())
                .setDoneSequence(answer.getLastSequence())
                .build();
    }

    @Test
    void whatWasTakenIsForgottenOnlyWhenTheCallerSaysSo() {
        var flows = new RecordedFlows(1_000_000);
        flows.add(report("one"));
        flows.add(report("two"));
        var first = flows.take(TakeFlowsRequest.getDefaultInstance());
        assertEquals(List.of("one", "two"), vpcs(first));
        assertEquals(2, first.getLastSequence());
        assertEquals(first, flows.take(TakeFlowsRequest.getDefaultInstance()), "the answer may have been lost");
        flows.add(report("three"));
        var second = flows.take(behind(first));
        assertEquals(List.of("three"), vpcs(second));
        assertEquals(3, second.getLastSequence());
        assertEquals(List.of(), vpcs(flows.take(behind(second))));
        var another = new RecordedFlows(1_000_000);
        another.add(report("four"));
        assertEquals(List.of("four"), vpcs(another.take(behind(second))), "a sequence of another stream means nothing");
    }

    @Test
    void theOldestGoWhenNobodyTakesThem() {
        var flows = new RecordedFlows(2 * LARGE + 100);
        for (var letter : List.of("a", "b", "c")) {
            flows.add(report(letter.repeat(LARGE)));
        }
        var answer = flows.take(TakeFlowsRequest.getDefaultInstance());
        assertEquals(1, answer.getDropped());
        assertEquals(1, answer.getReportsCount(), "an answer has its limit");
        assertTrue(answer.getReports(0).getVpcId().startsWith("b"));
        assertEquals(2, answer.getLastSequence(), "what was dropped is counted");
    }
}
