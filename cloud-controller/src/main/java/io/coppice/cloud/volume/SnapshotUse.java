package io.coppice.cloud.volume;

import jakarta.persistence.EntityManager;
import java.util.Optional;

/** Somebody who needs snapshots to stay: an application-scoped bean of the feature that has things made from them. */
public interface SnapshotUse {
    /** The id of something that needs the snapshot; empty when nothing does. In the caller's transaction. */
    Optional<String> userOf(EntityManager entities, String snapshotId);
}
