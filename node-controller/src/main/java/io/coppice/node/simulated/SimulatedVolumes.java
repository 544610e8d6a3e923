package io.coppice.node.simulated;

import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.node.hypervisor.DomainSpec;
import io.coppice.node.hypervisor.GuestVolumes;
import io.coppice.node.hypervisor.VolumePlug;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Which volumes simulated guests have. Forgotten with the process; the agent plugs them in again. Thread-safe. */
final class SimulatedVolumes implements GuestVolumes {
    private final Map<InstanceId, Set<VolumeId>> plugged = new ConcurrentHashMap<>();
    private final RunningGuests running;

    SimulatedVolumes(RunningGuests running) {
        this.running = running;
    }

    void started(DomainSpec spec) {
        var ids = ConcurrentHashMap.<VolumeId>newKeySet();
        spec.volumes().forEach(each -> ids.add(each.volume()));
        plugged.put(spec.instance(), ids);
    }

    @Override
    public Set<VolumeId> of(InstanceId instance) {
        return running.has(instance) ? Set.copyOf(plugged.getOrDefault(instance, Set.of())) : Set.of();
    }

    @Override
    public void plug(InstanceId instance, VolumePlug volume) {
        running.require(instance);
        plugged.computeIfAbsent(instance, id -> ConcurrentHashMap.newKeySet()).add(volume.volume());
    }

    @Override
    public void grow(InstanceId instance, VolumePlug volume) {
        running.require(instance);
    }

    @Override
    public void unplug(InstanceId instance, VolumeId volume) {
        running.require(instance);
        plugged.computeIfPresent(instance, (id, volumes) -> {
            volumes.remove(volume);
            return volumes;
        });
    }

    void forget(InstanceId instance) {
        plugged.remove(instance);
    }
}
