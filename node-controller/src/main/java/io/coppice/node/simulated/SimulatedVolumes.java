package io.coppice.node.simulated;

import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.node.hypervisor.GuestVolumes;
import io.coppice.node.hypervisor.HypervisorException;
import io.coppice.node.hypervisor.VolumePlug;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/** Which volumes simulated guests have. Forgotten with the process; the agent plugs them in again. Thread-safe. */
final class SimulatedVolumes implements GuestVolumes {
    private final Map<InstanceId, Set<VolumeId>> plugged = new ConcurrentHashMap<>();
    private final Predicate<InstanceId> runs;

    /** @param runs whether a guest runs now */
    SimulatedVolumes(Predicate<InstanceId> runs) {
        this.runs = runs;
    }

    void started(InstanceId instance, Collection<VolumePlug> volumes) {
        var ids = ConcurrentHashMap.<VolumeId>newKeySet();
        volumes.forEach(each -> ids.add(each.volume()));
        plugged.put(instance, ids);
    }

    @Override
    public Set<VolumeId> of(InstanceId instance) {
        return runs.test(instance) ? Set.copyOf(plugged.getOrDefault(instance, Set.of())) : Set.of();
    }

    @Override
    public void plug(InstanceId instance, VolumePlug volume) {
        requireRunning(instance);
        plugged.computeIfAbsent(instance, id -> ConcurrentHashMap.newKeySet()).add(volume.volume());
    }

    @Override
    public void grow(InstanceId instance, VolumePlug volume) {
        requireRunning(instance);
    }

    @Override
    public void unplug(InstanceId instance, VolumeId volume) {
        requireRunning(instance);
        plugged.computeIfPresent(instance, (id, volumes) -> {
            volumes.remove(volume);
            return volumes;
        });
    }

    private void requireRunning(InstanceId instance) {
        if (!runs.test(instance)) {
            throw new HypervisorException("simulated: " + instance + " does not run");
        }
    }

    void forget(InstanceId instance) {
        plugged.remove(instance);
    }
}
