package io.coppice.cloud.copy;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** Whether and where snapshots are copied. */
@ConfigMapping(prefix = "coppice.snapshot-copies")
public interface CopyConfig {
    /**
     * Whether every snapshot is copied into the object store, from which it comes back when the disk of the EBS controller
     * is lost. It is worth the room where the object store keeps its bytes on another machine.
     */
    @WithDefault("false")
    boolean enabled();

    /** The bucket of the cloud's own account that the copies lie in; made when there is none. Not to be changed later. */
    @WithDefault("coppice-snapshot-copies")
    String bucket();
}
