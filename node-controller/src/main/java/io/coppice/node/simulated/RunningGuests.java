package io.coppice.node.simulated;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.hypervisor.HypervisorException;
import java.util.function.Predicate;

/** Which simulated guests run now. As thread-safe as what it asks. */
record RunningGuests(Predicate<InstanceId> runs) {
    boolean has(InstanceId instance) {
        return runs.test(instance);
    }

    /** Throws {@link HypervisorException} when it does not run. */
    void require(InstanceId instance) {
        if (!has(instance)) {
            throw new HypervisorException("simulated: " + instance + " does not run");
        }
    }
}
