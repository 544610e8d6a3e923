package io.coppice.cloud.volume;

import io.coppice.foundation.id.AccountId;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** Instances that are all there, and who of them was told of a change. */
final class FakeHolders implements VolumeHolders {
    final List<String> told = new CopyOnWriteArrayList<>();
    final Map<String, String> hosts = new ConcurrentHashMap<>();
    volatile String state = "running";
    volatile String zone = "us-east-1a";
    /** That hosts reach. */
    volatile String cephCluster = "";

    volatile boolean rootIsVolume;
    volatile List<String> localDevices = List.of();

    @Override
    public Holder require(EntityManager entities, AccountId account, String instanceId) {
        return new Holder(instanceId, zone, state, "/dev/sda1", rootIsVolume, localDevices);
    }

    @Override
    public void lock(EntityManager entities, Collection<String> instanceIds) {
        // One at a time here.
    }

    @Override
    public String cephCluster(EntityManager entities, String instanceId, String zone) {
        return cephCluster;
    }

    @Override
    public void changed(EntityManager entities, String instanceId) {
        told.add(instanceId);
    }

    @Override
    public Map<String, String> hosts(EntityManager entities, Collection<String> instanceIds) {
        return instanceIds.stream().filter(hosts::containsKey).collect(Collectors.toMap(id -> id, hosts::get));
    }
}
