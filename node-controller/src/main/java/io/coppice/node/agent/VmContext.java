package io.coppice.node.agent;

import io.coppice.foundation.id.InstanceId;
import io.coppice.proto.compute.v1.Observation;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.Semaphore;

/**
 * What the actors of one host share.
 *
 * @param frozen guests that stand still for a moment
 * @param hostBoot names the current start of the host's operating system: when it changes, all guests were cut off
 */
record VmContext(
        HostDrivers drivers,
        AgentSettings settings,
        Workers workers,
        Reporter reporter,
        FrozenGuests frozen,
        String hostBoot) {
    /**
     * Who does the work.
     *
     * @param executor a virtual thread per busy actor
     * @param timer wakes actors; its tasks never block
     * @param launches permits for launches at the same time
     */
    record Workers(Executor executor, ScheduledExecutorService timer, Semaphore launches) {}

    /** Where actors tell what they see. Thread-safe, never blocks. */
    interface Reporter {
        /** Passes an observation on; node, time and order are filled in. */
        void report(Observation.Builder observation);

        /** Nothing of the instance is left and its actor has ended; the observation says so. */
        void ended(InstanceId instance, Observation.Builder last);
    }
}
