package io.coppice.cloud.compute;

import io.coppice.cloud.image.GuestNeeds;
import io.coppice.cloud.image.ImageSources;
import io.coppice.cloud.localdisk.LocalDisk;
import io.coppice.foundation.id.AccountId;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.util.List;

/** What making images needs of instances, from their rows. Thread-safe. */
@ApplicationScoped
class InstanceImageSources implements ImageSources {
    private final InstanceVolumeHolders holders;

    InstanceImageSources(InstanceVolumeHolders holders) {
        this.holders = holders;
    }

    @Override
    public Source require(EntityManager entities, AccountId account, String instanceId) {
        var row = InstanceRows.lock(entities, account, InstanceRows.checkIds(List.of(instanceId)))
                .getFirst();
        return new Source(
                row.id,
                row.zone,
                row.state.awsName(),
                row.image.rootDeviceName(),
                row.image.onVolume(),
                row.image.onVolume() ? 0 : InstanceRootVolumes.gib(row),
                new GuestNeeds(
                        row.image.boot(),
                        row.machine.disks().stream().map(LocalDisk::mapped).toList()));
    }

    @Override
    public boolean lock(EntityManager entities, String instanceId) {
        var row = InstanceRows.lockAny(entities, List.of(instanceId)).get(instanceId);
        return row != null && !InstanceState.TERMINAL.contains(row.state);
    }

    @Override
    public void changed(EntityManager entities, String instanceId) {
        holders.changed(entities, instanceId);
    }
}
