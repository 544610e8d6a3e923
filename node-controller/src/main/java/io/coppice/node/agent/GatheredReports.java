package io.coppice.node.agent;

import io.coppice.proto.compute.v1.Observation;
import io.coppice.proto.compute.v1.Phase;
import io.coppice.proto.node.v1.NodeMessage;
import io.coppice.proto.node.v1.NodeMessage.BodyCase;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Sends reports of instances a moment late and together. The first steps of a start can follow so close upon each other that
 * one is past before anybody could read of it: such a step is not told when the next one is known within the moment. Nothing
 * else is left out, and what a host says keeps its order. Thread-safe.
 */
final class GatheredReports {
    /** Less than a user notices, more than a host takes for the steps between a cached image and a started guest's domain. */
    static final Duration MOMENT = Duration.ofMillis(10);

    private final NodeAgent.Shared shared;
    private final Consumer<NodeMessage> out;
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by lock.
    private final LinkedHashMap<String, NodeMessage> waiting = new LinkedHashMap<>();
    private boolean planned;

    /** @param out sends at once; never blocks */
    GatheredReports(NodeAgent.Shared shared, Consumer<NodeMessage> out) {
        this.shared = shared;
        this.out = out;
    }

    /** Sends a report soon, anything else at once and after the reports that were there before it. */
    void send(NodeMessage message) {
        lock.lock();
        try {
            if (message.getBodyCase() != BodyCase.OBSERVATION) {
                sendWaiting();
                out.accept(message);
                return;
            }
            var next = message.getObservation();
            var before = waiting.remove(next.getInstanceId());
            if (before != null && !isPassedBy(before.getObservation(), next)) {
                waiting.putLast(next.getInstanceId(), before);
                sendWaiting();
            }
            waiting.put(next.getInstanceId(), message);
            plan();
        } finally {
            lock.unlock();
        }
    }

    /** A step before the guest is handed to the hypervisor, when the start has gone on since. */
    private static boolean isPassedBy(Observation step, Observation next) {
        return isStep(step.getPhase())
                && !step.hasFailure()
                && step.getGeneration() == next.getGeneration()
                && step.getRebootCount() <= next.getRebootCount();
    }

    private static boolean isStep(Phase phase) {
        return phase == Phase.PHASE_FETCHING_IMAGE || phase == Phase.PHASE_PREPARING;
    }

    private void plan() {
        if (planned) {
            return;
        }
        planned = true;
        try {
            shared.timer()
                    .schedule(() -> shared.executor().execute(this::flush), MOMENT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            // The process is ending: what there is to say is said now.
            sendWaiting();
        }
    }

    /** Sends what waits. */
    void flush() {
        lock.lock();
        try {
            sendWaiting();
        } finally {
            lock.unlock();
        }
    }

    private void sendWaiting() {
        planned = false;
        waiting.values().forEach(out);
        waiting.clear();
    }
}
