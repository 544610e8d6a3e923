package io.coppice.cloud.image;

import io.coppice.cloud.event.ChangeCause;
import io.coppice.cloud.volume.DiskMapping;
import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.ImageId;
import java.util.List;

/** Images that other features make. Thread-safe. */
public interface NewImages {
    /**
     * Registers an image that begins as these snapshots, the root disk first, in the caller's transaction; it is available
     * once they are all there. Throws {@code InvalidAMIName.Duplicate} or {@code ResourceLimitExceeded}.
     */
    ImageId ofSnapshots(ChangeCause cause, AccountId owner, String name, String description, List<DiskMapping> disks);

    /** Has what was registered looked at, after the transaction. */
    void signal();
}
