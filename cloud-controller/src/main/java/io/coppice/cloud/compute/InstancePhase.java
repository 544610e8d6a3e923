package io.coppice.cloud.compute;

import io.coppice.proto.compute.v1.Phase;
import java.util.Optional;

/** How far the zone has come with an instance; the names of the seam's {@link Phase}. */
public enum InstancePhase {
    /** Nothing was observed yet. */
    REQUESTED,
    SCHEDULED,
    FETCHING_IMAGE,
    PREPARING,
    STARTING,
    RUNNING,
    STOPPING,
    STOPPED,
    GONE,
    FAILED,
    UNSCHEDULABLE;

    /** The phase on the wire; empty when it is unspecified or from a newer version. */
    static Optional<InstancePhase> of(Phase phase) {
        return switch (phase) {
            case PHASE_SCHEDULED -> Optional.of(SCHEDULED);
            case PHASE_FETCHING_IMAGE -> Optional.of(FETCHING_IMAGE);
            case PHASE_PREPARING -> Optional.of(PREPARING);
            case PHASE_STARTING -> Optional.of(STARTING);
            case PHASE_RUNNING -> Optional.of(RUNNING);
            case PHASE_STOPPING -> Optional.of(STOPPING);
            case PHASE_STOPPED -> Optional.of(STOPPED);
            case PHASE_GONE -> Optional.of(GONE);
            case PHASE_FAILED -> Optional.of(FAILED);
            case PHASE_UNSCHEDULABLE -> Optional.of(UNSCHEDULABLE);
            case PHASE_UNSPECIFIED, UNRECOGNIZED -> Optional.empty();
        };
    }
}
