package io.coppice.cloud.copy;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;

/** Whether and where snapshots are copied. */
@ConfigMapping(prefix = "coppice.snapshot-copies")
public interface CopyConfig {
    /**
     * Whether every snapshot is copied into the object store, from which it comes back when the disk of the EBS controller
     * is lost, and from which another zone has it; when nothing is said, where there are several zones. It is worth the room where
     * the object store keeps its bytes on another machine.
     */
    Optional<Boolean> enabled();

    /**
     * The bucket of the cloud's own account that the copies lie in; made when there is none. Not to be changed later. A further
     * zone has its own, with its name behind a hyphen.
     */
    @WithDefault("coppice-snapshot-copies")
    String bucket();
}
