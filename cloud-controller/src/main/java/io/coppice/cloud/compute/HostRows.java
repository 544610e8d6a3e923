package io.coppice.cloud.compute;

import io.coppice.cloud.store.PlainSql;
import io.coppice.proto.cluster.v1.Host;
import io.coppice.proto.cluster.v1.HostState;
import jakarta.persistence.EntityManager;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;

/** Hosts as the zones last reported them. Every method belongs in the caller's transaction. */
final class HostRows {
    private static final String SAVE = """
            insert into {h-schema}hosts (node_id, zone, host_name, state, vcpus, memory_mib, disk_mib, used_vcpus,
              used_memory_mib, used_disk_mib, instance_count, hypervisor, hypervisor_version, accelerated, architecture,
              version, last_heartbeat_at, changed_at, ceph_cluster)
            values (:node, :zone, :name, :state, :vcpus, :memory, :disk, :usedVcpus, :usedMemory, :usedDisk, :instances,
              :hypervisor, :hypervisorVersion, :accelerated, :architecture, :version, :heartbeat, :now, :cephCluster)
            on conflict (node_id) do update set zone = excluded.zone, host_name = excluded.host_name,
              state = excluded.state, vcpus = excluded.vcpus, memory_mib = excluded.memory_mib,
              disk_mib = excluded.disk_mib, used_vcpus = excluded.used_vcpus,
              used_memory_mib = excluded.used_memory_mib, used_disk_mib = excluded.used_disk_mib,
              instance_count = excluded.instance_count, hypervisor = excluded.hypervisor,
              hypervisor_version = excluded.hypervisor_version, accelerated = excluded.accelerated,
              architecture = excluded.architecture, version = excluded.version,
              last_heartbeat_at = excluded.last_heartbeat_at, changed_at = excluded.changed_at,
              ceph_cluster = excluded.ceph_cluster""";

    private final Clock clock;

    HostRows(Clock clock) {
        this.clock = clock;
    }

    /** Keeps a host's report; its instances' status checks follow whether it is heard of. */
    void save(EntityManager entities, Host host) {
        entities.createNativeQuery(SAVE)
                .setParameter("node", host.getNodeId())
                .setParameter("zone", host.getZone())
                .setParameter("name", host.getHostName())
                .setParameter("state", state(host.getState()))
                .setParameter("vcpus", host.getCapacity().getVcpus())
                .setParameter("memory", host.getCapacity().getMemoryMib())
                .setParameter("disk", host.getCapacity().getDiskMib())
                .setParameter("usedVcpus", host.getUsed().getVcpus())
                .setParameter("usedMemory", host.getUsed().getMemoryMib())
                .setParameter("usedDisk", host.getUsed().getDiskMib())
                .setParameter("instances", host.getInstanceCount())
                .setParameter("hypervisor", host.getHypervisor().getDriver())
                .setParameter("hypervisorVersion", host.getHypervisor().getVersion())
                .setParameter("accelerated", host.getHypervisor().getAccelerated())
                .setParameter("architecture", host.getHypervisor().getArchitecture())
                .setParameter("version", host.getVersion())
                .setParameter("cephCluster", host.getCephCluster())
                .setParameter(
                        "heartbeat",
                        Instant.ofEpochMilli(host.getLastHeartbeatMillis()).atOffset(ZoneOffset.UTC))
                .setParameter("now", clock.instant().atOffset(ZoneOffset.UTC))
                .executeUpdate();
        entities.createQuery("update Instance i set i.hostReachable = :up where i.nodeId = :node"
                        + " and i.state <> TERMINATED and i.hostReachable <> :up")
                .setParameter("up", host.getState() == HostState.HOST_STATE_UP)
                .setParameter("node", host.getNodeId())
                .executeUpdate();
    }

    /** The Ceph cluster that an instance's host reaches, or ""; empty when the instance has no host yet. */
    static Optional<String> cephClusterOf(EntityManager entities, String instanceId) {
        return PlainSql.query(
                        entities,
                        "select h.ceph_cluster from hosts h join instances i on i.node_id = h.node_id where i.id = ?",
                        row -> row.getString(1),
                        instanceId)
                .stream()
                .findFirst();
    }

    /** The Ceph cluster that all hosts of a zone reach that are heard of; "" when there is none. */
    static String cephClusterOfAll(EntityManager entities, String zone) {
        var clusters = PlainSql.query(
                entities,
                "select distinct ceph_cluster from hosts where zone = ? and state = 'UP'",
                row -> row.getString(1),
                zone);
        return clusters.size() == 1 ? clusters.getFirst() : "";
    }

    private static String state(HostState state) {
        return switch (state) {
            case HOST_STATE_UP -> "UP";
            case HOST_STATE_UNREACHABLE -> "UNREACHABLE";
            case HOST_STATE_LEFT -> "LEFT";
            case HOST_STATE_UNSPECIFIED, UNRECOGNIZED -> "UNKNOWN";
        };
    }
}
