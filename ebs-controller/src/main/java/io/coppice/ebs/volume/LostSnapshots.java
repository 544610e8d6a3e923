package io.coppice.ebs.volume;

import io.coppice.foundation.id.SnapshotId;
import java.io.IOException;

/** Brings back snapshots whose bytes are gone from here and kept elsewhere. Thread-safe. */
@FunctionalInterface
public interface LostSnapshots {
    /** For where nothing is kept elsewhere. */
    LostSnapshots NEVER_COME_BACK = id -> false;

    /**
     * Whether a snapshot is not here and will be, as far as is known: the first question begins to bring it back. False when
     * it is here, and when it will not come. Returns at once.
     */
    boolean isOnItsWay(SnapshotId id) throws IOException;
}
