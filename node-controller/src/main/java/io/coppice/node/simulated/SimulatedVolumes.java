package io.coppice.node.simulated;

import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.node.hypervisor.VolumePlug;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Which volumes simulated guests have. Forgotten with the process; the agent plugs them in again. Thread-safe. */
final class SimulatedVolumes {
    private final Map<InstanceId, Set<VolumeId>> plugged = new ConcurrentHashMap<>();

    void started(InstanceId instance, Collection<VolumePlug> volumes) {
        var ids = ConcurrentHashMap.<VolumeId>newKeySet();
        volumes.forEach(each -> ids.add(each.volume()));
        plugged.put(instance, ids);
    }

    Set<VolumeId> of(InstanceId instance) {
        return Set.copyOf(plugged.getOrDefault(instance, Set.of()));
    }

    void plug(InstanceId instance, VolumeId volume) {
        plugged.computeIfAbsent(instance, id -> ConcurrentHashMap.newKeySet()).add(volume);
    }

    void unplug(InstanceId instance, VolumeId volume) {
        plugged.computeIfPresent(instance, (id, volumes) -> {
            volumes.remove(volume);
            return volumes;
        });
    }

    void forget(InstanceId instance) {
        plugged.remove(instance);
    }
}
