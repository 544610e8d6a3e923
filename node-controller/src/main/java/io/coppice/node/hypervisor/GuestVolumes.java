package io.coppice.node.hypervisor;

import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.VolumeId;
import java.util.Set;

/** The volumes of running guests of one host. Calls for one instance come from one thread at a time. */
public interface GuestVolumes {
    /** The fsid of the Ceph cluster whose images guests can be given as volumes; empty when there is none. */
    default String cephCluster() {
        return "";
    }

    /** The volumes that a running guest has; empty when it does not run. */
    Set<VolumeId> of(InstanceId instance);

    /** Gives a running guest a volume. Does nothing when the guest has it. */
    void plug(InstanceId instance, VolumePlug volume);

    /**
     * Lets a running guest see that a volume that it has is as large as {@code volume} says. Does nothing when the guest sees
     * at least that. Throws {@link HypervisorException} when the volume is not so large yet.
     */
    void grow(InstanceId instance, VolumePlug volume);

    /**
     * Asks a running guest to let go of a volume, and may wait a few seconds for it; {@link #of} tells when it did. Does
     * nothing when the guest does not have it.
     */
    void unplug(InstanceId instance, VolumeId volume);
}
