package io.coppice.cloud.compute;

import io.coppice.cloud.instancetype.InstanceTypes;
import io.coppice.cloud.network.networkinterface.AttachedInstances;
import io.coppice.cloud.store.Database;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.List;
import java.util.SortedSet;

/** What network interfaces need of instances, from their rows. Thread-safe. */
@ApplicationScoped
class InstanceAttachments implements AttachedInstances {
    private final Database database;
    private final InstanceTypes types;
    private final ZoneSignal zone;

    InstanceAttachments(Database database, InstanceTypes types, ZoneSignal zone) {
        this.database = database;
        this.types = types;
        this.zone = zone;
    }

    @Override
    public Machine require(EntityManager entities, AccountId account, String instanceId) {
        var row = InstanceRows.lock(entities, account, InstanceRows.checkIds(List.of(instanceId)))
                .getFirst();
        var type = types.require(row.machine.type());
        return new Machine(
                row.id,
                row.zone,
                type.name(),
                row.state.awsName(),
                type.networkInterfaces(),
                type.addressesPerInterface());
    }

    @Override
    public void lock(EntityManager entities, AccountId account, SortedSet<String> instanceIds) {
        InstanceRows.lockPresent(entities, account, instanceIds);
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
}
