package io.coppice.cloud.compute;

import io.coppice.cloud.volume.DiskMapping;
import io.coppice.cloud.volume.LaunchVolume;
import io.coppice.cloud.volume.LaunchVolumes;
import io.coppice.cloud.volume.VolumeAttachments;
import io.coppice.foundation.id.AccountId;
import io.coppice.proto.compute.v1.AttachedVolume;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.ec2.model.BlockDeviceMapping;

/** A cloud whose instances have root disks only. */
class NoVolumes implements VolumeAttachments, LaunchVolumes {
    @Override
    public Map<String, List<AttachedVolume>> desired(EntityManager entities, Collection<String> instanceIds) {
        return Map.of();
    }

    @Override
    public List<LaunchVolume> wanted(
            AccountId account, String zone, List<DiskMapping> ofImage, List<BlockDeviceMapping> asked) {
        return List.of();
    }

    @Override
    public void make(
            EntityManager entities,
            AccountId account,
            String instanceId,
            List<LaunchVolume> volumes,
            Map<String, String> tags,
            Instant at) {
        // None were asked for.
    }

    @Override
    public void observed(EntityManager entities, Map<String, ? extends Collection<String>> volumesByInstance) {
        // Nothing to take note of.
    }

    @Override
    public void moved(EntityManager entities, Collection<String> instanceIds) {
        // Nothing that a host could open.
    }

    @Override
    public void ended(EntityManager entities, Collection<String> instanceIds) {
        // Nothing to let go.
    }

    @Override
    public void goWithInstance(EntityManager entities, String instanceId, Map<String, Boolean> byDevice) {
        // Nothing that could go.
    }

    @Override
    public Map<String, List<Held>> of(EntityManager entities, Collection<String> instanceIds) {
        return Map.of();
    }
}
