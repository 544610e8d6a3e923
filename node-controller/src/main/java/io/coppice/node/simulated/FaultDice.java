package io.coppice.node.simulated;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.simulated.SimulationPlan.Fault;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Counts attempts, so that each gets its own outcome of the plan. Thread-safe. */
final class FaultDice {
    private final SimulationPlan plan;
    private final ConcurrentMap<Attempt, Integer> attempts = new ConcurrentHashMap<>();

    FaultDice(SimulationPlan plan) {
        this.plan = plan;
    }

    /** Whether the next attempt at this meets the fault. */
    boolean strikes(Fault fault, String subject) {
        // Counting only where chance plays a part keeps this empty on healthy hosts.
        if (!plan.failureRates().containsKey(fault)) {
            return false;
        }
        var attempt = attempts.merge(new Attempt(fault, subject), 1, Integer::sum) - 1;
        return plan.strikes(fault, subject, attempt);
    }

    void forget(InstanceId instance) {
        attempts.keySet().removeIf(attempt -> attempt.subject().equals(instance.value()));
    }

    private record Attempt(Fault fault, String subject) {}
}
