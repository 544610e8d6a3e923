package io.coppice.cloud.compute;

import io.coppice.proto.compute.v1.PowerState;

/** What the user wants the guest to be. */
public enum DesiredPower {
    RUNNING(PowerState.POWER_STATE_RUNNING),
    STOPPED(PowerState.POWER_STATE_STOPPED),
    STOPPED_HARD(PowerState.POWER_STATE_STOPPED_HARD),
    TERMINATED(PowerState.POWER_STATE_TERMINATED);

    private final PowerState wire;

    DesiredPower(PowerState wire) {
        this.wire = wire;
    }

    /** The same on the seam to the zone. */
    public PowerState wire() {
        return wire;
    }
}
