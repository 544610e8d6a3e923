package io.coppice.cloud.compute;

import io.coppice.cloud.image.InstanceCopies;
import io.coppice.proto.compute.v1.DiskCopy;
import io.coppice.proto.compute.v1.DiskCopyResult;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.Map;

/** A cloud in which no images are made of instances. */
final class NoCopies implements InstanceCopies {
    @Override
    public Map<String, DiskCopy> desired(EntityManager entities, Collection<String> instanceIds) {
        return Map.of();
    }

    @Override
    public void observed(EntityManager entities, String instanceId, DiskCopyResult result) {
        // Nobody asked for it.
    }
}
