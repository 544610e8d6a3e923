package io.coppice.node.hypervisor;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.hypervisor.Hypervisor.Subscription;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * The agents in running guests, programs that do what their host asks for. They belong to the guests' owners: one may not answer,
 * answer late, or say what is not so. Thread-safe. Source: qemu-ga-ref(7).
 */
public interface GuestAgents {
    /** Whether an agent of the guest listens; answers from memory, at once. */
    boolean isConnected(InstanceId instance);

    /**
     * The file systems that the agent says are mounted, in no order; at most 512.
     *
     * @throws HypervisorException when there is no agent, it does not know, or it has not answered within {@code limit}
     */
    List<FileSystem> fileSystems(InstanceId instance, Duration limit);

    /**
     * A file system by the word of an agent.
     *
     * @param type for example {@code ext4}
     * @param serials of the disks that it lies on; empty text for a disk whose serial the agent does not know
     */
    record FileSystem(String mountPoint, String type, List<String> serials) {
        /** Keeps its own copy. */
        public FileSystem {
            serials = List.copyOf(serials);
        }
    }

    /**
     * Has the guest write what it holds for its file systems and change nothing on them until {@link #thaw}.
     *
     * @param mountPoints of those that are meant; empty: all
     * @return how many file systems the agent says it froze, 0 or more
     * @throws HypervisorException when there is no agent, it refuses, or it has not answered within {@code limit}; then it may
     *     freeze them still
     */
    int freeze(InstanceId instance, Collection<String> mountPoints, Duration limit);

    /**
     * Lets the guest go on after {@link #freeze}, with all of its file systems.
     *
     * @return how many file systems the agent says it thawed; 0 when none was frozen
     * @throws HypervisorException as {@link #freeze}
     */
    int thaw(InstanceId instance, Duration limit);

    /** Calls {@code listener} when {@link #isConnected} may have changed for an instance. It must return at once. */
    Subscription onChange(Consumer<InstanceId> listener);
}
