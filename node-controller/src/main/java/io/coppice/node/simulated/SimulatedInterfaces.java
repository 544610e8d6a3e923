package io.coppice.node.simulated;

import io.coppice.foundation.id.InstanceId;
import io.coppice.node.hypervisor.DomainSpec;
import io.coppice.node.hypervisor.GuestInterfaces;
import io.coppice.node.network.Endpoint;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Which interfaces simulated guests have. Forgotten with the process; the agent plugs them in again. Thread-safe. */
final class SimulatedInterfaces implements GuestInterfaces {
    private final Map<InstanceId, Set<String>> plugged = new ConcurrentHashMap<>();
    private final RunningGuests running;

    SimulatedInterfaces(RunningGuests running) {
        this.running = running;
    }

    void started(DomainSpec spec) {
        var addresses = ConcurrentHashMap.<String>newKeySet();
        spec.endpoints().forEach(each -> addresses.add(each.mac()));
        plugged.put(spec.instance(), addresses);
    }

    @Override
    public Set<String> of(InstanceId instance) {
        return running.has(instance) ? Set.copyOf(plugged.getOrDefault(instance, Set.of())) : Set.of();
    }

    @Override
    public void plug(InstanceId instance, Endpoint endpoint) {
        running.require(instance);
        plugged.computeIfAbsent(instance, id -> ConcurrentHashMap.newKeySet()).add(endpoint.mac());
    }

    @Override
    public void unplug(InstanceId instance, String mac) {
        running.require(instance);
        plugged.computeIfPresent(instance, (id, addresses) -> {
            addresses.remove(mac);
            return addresses;
        });
    }

    void forget(InstanceId instance) {
        plugged.remove(instance);
    }
}
