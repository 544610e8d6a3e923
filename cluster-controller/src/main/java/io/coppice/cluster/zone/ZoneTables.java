package io.coppice.cluster.zone;

import io.coppice.foundation.id.InstanceId;
import io.coppice.foundation.id.NodeId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The zone's hosts and instances. Guarded by the zone's lock. */
final class ZoneTables {
    private final NavigableMap<NodeId, HostRecord> hosts = new TreeMap<>(Comparator.comparing(NodeId::value));
    private final List<HostRecord> byArrival = new ArrayList<>();
    private final Map<InstanceId, InstanceRecord> instances = new HashMap<>();
    private final Set<InstanceRecord> unconfirmed = new LinkedHashSet<>();
    private final Networks networks;

    ZoneTables(Networks networks) {
        this.networks = networks;
    }

    NavigableMap<NodeId, HostRecord> hosts() {
        return hosts;
    }

    /** Hosts in the order in which they first dialled in. */
    List<HostRecord> byArrival() {
        return byArrival;
    }

    @Nullable
    HostRecord host(NodeId id) {
        return hosts.get(id);
    }

    HostRecord addHost(NodeId id) {
        var host = new HostRecord(id);
        hosts.put(id, host);
        byArrival.add(host);
        return host;
    }

    Map<InstanceId, InstanceRecord> instances() {
        return instances;
    }

    InstanceRecord instance(InstanceId id) {
        return instances.computeIfAbsent(id, each -> new InstanceRecord(each, networks::changed));
    }

    /** Instances whose newest wish no host has confirmed, oldest first. */
    Set<InstanceRecord> unconfirmed() {
        return unconfirmed;
    }

    void remove(InstanceRecord instance) {
        instance.detach();
        instances.remove(instance.id());
        unconfirmed.remove(instance);
    }
}
