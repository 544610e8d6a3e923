package io.coppice.cloud.compute;

import io.coppice.cloud.volume.VolumeHolders;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.List;

/** What volumes need of instances, from their rows. Thread-safe. */
@ApplicationScoped
class InstanceVolumeHolders implements VolumeHolders {
    private final ZoneTask zone;

    InstanceVolumeHolders(ZoneTask zone) {
        this.zone = zone;
    }

    @Override
    public Holder require(EntityManager entities, AccountId account, String instanceId) {
        var row = InstanceRows.lock(entities, account, InstanceRows.checkIds(List.of(instanceId)))
                .getFirst();
        return new Holder(row.id, row.zone, row.state.awsName(), row.image.rootDeviceName(), row.image.onVolume());
    }

    @Override
    public void lock(EntityManager entities, Collection<String> instanceIds) {
        InstanceRows.lockAny(entities, instanceIds);
    }

    @Override
    public void changed(EntityManager entities, String instanceId) {
        var row = InstanceRows.lockAny(entities, List.of(instanceId)).get(instanceId);
        if (row != null && row.state != InstanceState.TERMINATED) {
            row.wantAgain();
            // Only a hint: the transaction is still open, and the reconciler looks again by itself.
            zone.changed(row.zone);
        }
    }
}
