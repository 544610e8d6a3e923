package io.coppice.node.hypervisor;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.hypervisor.Hypervisor.Subscription;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/** Of hosts whose guests have no agents. */
record NoAgents() implements GuestAgents {
    @Override
    public boolean isConnected(InstanceId instance) {
        return false;
    }

    @Override
    public List<FileSystem> fileSystems(InstanceId instance, Duration limit) {
        throw new HypervisorException(instance + " has no agent");
    }

    @Override
    public int freeze(InstanceId instance, Collection<String> mountPoints, Duration limit) {
        throw new HypervisorException(instance + " has no agent");
    }

    @Override
    public int thaw(InstanceId instance, Duration limit) {
        throw new HypervisorException(instance + " has no agent");
    }

    @Override
    public Subscription onChange(Consumer<InstanceId> listener) {
        return () -> {};
    }
}
