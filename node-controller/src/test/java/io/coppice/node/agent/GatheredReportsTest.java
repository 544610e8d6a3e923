package io.coppice.node.agent;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.coppice.proto.compute.v1.Failure;
import io.coppice.proto.compute.v1.Observation;
import io.coppice.proto.compute.v1.Phase;
import io.coppice.proto.node.v1.Heartbeat;
import io.coppice.proto.node.v1.NodeMessage;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** If this fails, hosts keep from their controller what became of an instance, or tell it in the wrong order. */
class GatheredReportsTest {
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final List<NodeMessage> sent = new CopyOnWriteArrayList<>();
    /** Its moment never ends by itself: the work that the timer gives it is not done. */
    private final GatheredReports held =
            new GatheredReports(new NodeAgent.Shared(task -> {}, timer, Clock.systemUTC()), sent::add);

    @AfterEach
    void stopTimer() {
        timer.shutdownNow();
    }

    @Test
    void ofStepsThatArePastOnlyTheLastIsTold() {
        held.send(report("i-1", 1, Phase.PHASE_FETCHING_IMAGE));
        held.send(report("i-2", 1, Phase.PHASE_FETCHING_IMAGE));
        held.send(report("i-1", 1, Phase.PHASE_PREPARING));
        held.send(report("i-1", 1, Phase.PHASE_STARTING));
        held.flush();
        assertEquals(List.of("i-2 PHASE_FETCHING_IMAGE", "i-1 PHASE_STARTING"), told());
    }

    @Test
    void whatIsNoStepIsToldWhateverFollows() {
        held.send(report("i-1", 1, Phase.PHASE_STARTING));
        held.send(report("i-1", 1, Phase.PHASE_RUNNING));
        held.send(report("i-1", 1, Phase.PHASE_STOPPED));
        held.flush();
        assertEquals(List.of("i-1 PHASE_STARTING", "i-1 PHASE_RUNNING", "i-1 PHASE_STOPPED"), told());
    }

    @Test
    void aStepOfAnotherGenerationOrWithAFailureIsTold() {
        var failed = report("i-2", 1, Phase.PHASE_PREPARING).toBuilder();
        failed.getObservationBuilder().setFailure(Failure.newBuilder().setCode("Server.InternalError"));
        held.send(report("i-1", 1, Phase.PHASE_PREPARING));
        held.send(report("i-1", 2, Phase.PHASE_PREPARING));
        held.send(failed.build());
        held.send(report("i-2", 1, Phase.PHASE_STARTING));
        held.flush();
        assertEquals(
                List.of("i-1 PHASE_PREPARING", "i-1 PHASE_PREPARING", "i-2 PHASE_PREPARING", "i-2 PHASE_STARTING"),
                told());
    }

    @Test
    void whatElseAHostSaysComesAfterWhatItReportedBefore() {
        held.send(report("i-1", 1, Phase.PHASE_PREPARING));
        held.send(NodeMessage.newBuilder()
                .setHeartbeat(Heartbeat.getDefaultInstance())
                .build());
        assertEquals(2, sent.size());
        assertEquals(NodeMessage.BodyCase.HEARTBEAT, sent.getLast().getBodyCase());
    }

    @Test
    void aReportGoesOutByItself() {
        var reports = new GatheredReports(new NodeAgent.Shared(Runnable::run, timer, Clock.systemUTC()), sent::add);
        for (int round = 1; round <= 2; round++) {
            reports.send(report("i-1", round, Phase.PHASE_PREPARING));
            var end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
            while (sent.size() < round && System.nanoTime() < end) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
            }
            assertEquals(round, sent.size());
        }
    }

    private List<String> told() {
        return sent.stream()
                .map(NodeMessage::getObservation)
                .map(seen -> seen.getInstanceId() + " " + seen.getPhase())
                .toList();
    }

    private static NodeMessage report(String instance, long generation, Phase phase) {
        return NodeMessage.newBuilder()
                .setObservation(Observation.newBuilder()
                        .setInstanceId(instance)
                        .setGeneration(generation)
                        .setPhase(phase))
                .build();
    }
}
