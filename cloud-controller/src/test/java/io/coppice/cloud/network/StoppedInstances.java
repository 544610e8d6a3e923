package io.coppice.cloud.network;

import io.coppice.cloud.network.networkinterface.AttachedInstances;
import io.coppice.foundation.id.AccountId;
import io.coppice.wire.error.AwsException;
import jakarta.persistence.EntityManager;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/** Instances that exist only for their interfaces, as a test fixture; stopped until they are given another state. */
public final class StoppedInstances implements AttachedInstances {
    private final Map<String, Machine> machines = new ConcurrentHashMap<>();
    private final List<String> told = new ArrayList<>();
    private final List<SortedSet<String>> locked = new ArrayList<>();

    /** Puts an instance there, or changes its state. */
    public void put(String id, String state, int maxInterfaces) {
        machines.put(id, new Machine(id, "us-east-1a", "m1.small", state, maxInterfaces, 4));
    }

    /** The instances whose hosts were told of a change, in order. */
    public List<String> told() {
        return List.copyOf(told);
    }

    @Override
    public Machine require(EntityManager entities, AccountId account, String instanceId) {
        var machine = machines.get(instanceId);
        if (machine == null) {
            throw AwsException.client("InvalidInstanceID.NotFound", instanceId);
        }
        return machine;
    }

    /** What was locked together, in order; each entry is one lock. */
    public List<SortedSet<String>> locked() {
        return List.copyOf(locked);
    }

    @Override
    public void lock(EntityManager entities, AccountId account, SortedSet<String> instanceIds) {
        locked.add(Collections.unmodifiableSortedSet(new TreeSet<>(instanceIds)));
    }

    @Override
    public void changed(EntityManager entities, String instanceId) {
        told.add(instanceId);
    }
}
