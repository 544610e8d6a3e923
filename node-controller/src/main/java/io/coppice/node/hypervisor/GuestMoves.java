package io.coppice.node.hypervisor;

import io.coppice.foundation.id.InstanceId;
import java.time.Duration;

/**
 * Guests that go to another host while they run. In order: the other host makes an empty root disk and the network ready
 * ({@code NetworkEngine.expect}); this one calls {@link #send}; on the other one the devices are plugged in
 * ({@code NetworkEngine.attached}; not before, libvirt looks for them where they were made), the connections made known ({@code NetworkEngine.arrived}), and {@link #goOn} called; this one
 * takes back its network and removes its disk. Calls for one instance come from one thread at a time.
 */
public interface GuestMoves {
    /**
     * Sends a running guest to another host, with its memory and its root disk. When this returns the guest stands still there and
     * nothing of it is left here; until shortly before, it went on here. When it throws, it goes on here, and the other host has
     * nothing but what it made itself; unless the other host was lost at the very end, when {@link Hypervisor#find} says whether the
     * guest is still here.
     *
     * <p>Throws {@link HypervisorException} when the guest does not run, when it has volumes (a volume is served to one host), when
     * the other host cannot be reached or does not take it, and when it is not there within {@code limit}: it writes faster than the
     * network carries.
     */
    void send(InstanceId instance, MoveTarget target, Duration limit);

    /** Lets a guest that came here go on. Does nothing when it does. Throws when it is not here. */
    void goOn(InstanceId instance);
}
