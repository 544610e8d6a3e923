package io.coppice.cloud.compute;

import io.coppice.cloud.store.Database;
import io.coppice.cloud.volume.VolumeHolders;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** What volumes need of instances, from their rows. Thread-safe. */
@ApplicationScoped
class InstanceVolumeHolders implements VolumeHolders {
    private final Database database;
    private final ZoneSignal zone;

    InstanceVolumeHolders(Database database, ZoneSignal zone) {
        this.database = database;
        this.zone = zone;
    }

    @Override
    public Holder require(EntityManager entities, AccountId account, String instanceId) {
        var row = InstanceRows.lock(entities, account, InstanceRows.checkIds(List.of(instanceId)))
                .getFirst();
        return new Holder(
                row.id,
                row.zone,
                row.state.awsName(),
                row.image.rootDeviceName(),
                row.image.onVolume(),
                row.machine.disks().stream()
                        .filter(disk -> disk.mib() > 0)
                        .map(disk -> disk.mapped().device())
                        .toList());
    }

    @Override
    public void lock(EntityManager entities, Collection<String> instanceIds) {
        InstanceRows.lockAny(entities, instanceIds);
    }

    @Override
    public String cephCluster(EntityManager entities, String instanceId, String zone) {
        return HostRows.cephClusterOf(entities, instanceId).orElseGet(() -> HostRows.cephClusterOfAll(entities, zone));
    }

    @Override
    public void changed(EntityManager entities, String instanceId) {
        var row = InstanceRows.lockAny(entities, List.of(instanceId)).get(instanceId);
        if (row != null && row.state != InstanceState.TERMINATED) {
            row.wantAgain();
            // Not before: a reconciler that looks while the transaction is open finds nothing, and looks again seconds
            // later.
            database.afterCommit(() -> zone.changed(row.zone));
        }
    }

    @Override
    public Map<String, String> hosts(EntityManager entities, Collection<String> instanceIds) {
        return instanceIds.isEmpty()
                ? Map.of()
                : entities
                        .createQuery(
                                "select i.id, i.nodeId, i.everRan from Instance i where i.id in :ids", Object[].class)
                        .setParameter("ids", instanceIds)
                        .getResultList()
                        .stream()
                        .filter(row -> (boolean) row[2] && !row[1].equals(""))
                        .collect(Collectors.toMap(row -> (String) row[0], row -> (String) row[1]));
    }
}
