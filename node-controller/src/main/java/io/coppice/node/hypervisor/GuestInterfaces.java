package io.coppice.node.hypervisor;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.network.Endpoint;
import java.util.Set;

/** The network interfaces of guests that run, by hardware address. Calls come as those of {@link Hypervisor} do. */
public interface GuestInterfaces {
    /** Hardware addresses of a running guest's interfaces, lower case; empty when it does not run. */
    Set<String> of(InstanceId instance);

    /** Gives a running guest an interface; its device is there when this returns. Does nothing when the guest has it. */
    void plug(InstanceId instance, Endpoint endpoint);

    /**
     * Asks a running guest to let go of an interface; {@link #of} tells when it did. Does nothing when the guest does not have
     * it.
     *
     * @param mac lower case, colon separated
     */
    void unplug(InstanceId instance, String mac);
}
