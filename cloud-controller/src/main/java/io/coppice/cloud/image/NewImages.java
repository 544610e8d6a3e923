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
    ImageId ofSnapshots(ChangeCause cause, AccountId owner, Wanted wanted, List<DiskMapping> disks);

    /** What such an image is to be. */
    record Wanted(String name, String description, BootMode bootMode) {}

    /** Has what was registered looked at, after the transaction. */
    void signal();
}
