package io.coppice.cloud.image;

import io.coppice.proto.compute.v1.DiskCopy;
import io.coppice.proto.compute.v1.DiskCopyResult;
import jakarta.persistence.EntityManager;
import java.util.Collection;
import java.util.Map;

/** What instances must know of the images that are made of them. In the caller's transaction. Thread-safe. */
public interface InstanceCopies {
    /** What the hosts of these instances should copy now, by instance; one after the other. */
    Map<String, DiskCopy> desired(EntityManager entities, Collection<String> instanceIds);

    /** The host of a locked instance has copied, or cannot. */
    void observed(EntityManager entities, String instanceId, DiskCopyResult result);
}
