package io.coppice.node.simulated;

import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.VolumeId;
import io.coppice.node.hypervisor.DomainSpec;
import io.coppice.node.hypervisor.GuestInterfaces;
import io.coppice.node.hypervisor.HypervisorException;
import io.coppice.node.hypervisor.VolumePlug;
import io.coppice.node.network.Endpoint;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Which volumes and interfaces simulated guests have. Forgotten with the process; the agent plugs them in again.
 * Thread-safe.
 */
final class SimulatedDevices implements GuestInterfaces {
    private final Map<InstanceId, Set<VolumeId>> plugged = new ConcurrentHashMap<>();
    private final Map<InstanceId, Set<String>> interfaces = new ConcurrentHashMap<>();
    private final Predicate<InstanceId> running;

    /** For the guests of which this says whether they run. */
    SimulatedDevices(Predicate<InstanceId> running) {
        this.running = running;
    }

    void started(DomainSpec spec) {
        plugged.put(spec.instance(), set(spec.volumes().stream().map(VolumePlug::volume)));
        interfaces.put(spec.instance(), set(spec.endpoints().stream().map(Endpoint::mac)));
    }

    private static <T> Set<T> set(Stream<T> all) {
        var set = ConcurrentHashMap.<T>newKeySet();
        all.forEach(set::add);
        return set;
    }

    Set<VolumeId> volumes(InstanceId instance) {
        return copy(plugged, instance);
    }

    private <T> Set<T> copy(Map<InstanceId, ? extends Collection<T>> all, InstanceId instance) {
        var present = all.get(instance);
        return present == null || !running.test(instance) ? Set.of() : Set.copyOf(present);
    }

    void plug(InstanceId instance, VolumeId volume) {
        requireRunning(instance);
        plugged.computeIfAbsent(instance, id -> ConcurrentHashMap.newKeySet()).add(volume);
    }

    void unplug(InstanceId instance, VolumeId volume) {
        requireRunning(instance);
        plugged.getOrDefault(instance, ConcurrentHashMap.newKeySet()).remove(volume);
    }

    @Override
    public Set<String> of(InstanceId instance) {
        return copy(interfaces, instance);
    }

    @Override
    public void plug(InstanceId instance, Endpoint endpoint) {
        requireRunning(instance);
        interfaces
                .computeIfAbsent(instance, id -> ConcurrentHashMap.newKeySet())
                .add(endpoint.mac());
    }

    @Override
    public void unplug(InstanceId instance, String mac) {
        requireRunning(instance);
        interfaces.getOrDefault(instance, ConcurrentHashMap.newKeySet()).remove(mac);
    }

    /** Throws {@link HypervisorException} when it does not. */
    void requireRunning(InstanceId instance) {
        if (!running.test(instance)) {
            throw new HypervisorException("simulated: " + instance + " does not run");
        }
    }

    void forget(InstanceId instance) {
        plugged.remove(instance);
        interfaces.remove(instance);
    }
}
