package io.coppice.ebs.volume;

import io.coppice.foundation.id.AccountId;
import io.coppice.foundation.id.VolumeId;

/**
 * A volume as the Cloud Controller wants it.
 *
 * @param generation rises with every change asked for; 1 or more
 * @param deleted whether it should be gone
 * @param sizeGib 1 to 65,536
 * @param type for example {@code gp3}
 */
public record Desired(
        VolumeId id, long generation, boolean deleted, AccountId account, int sizeGib, String type, String zone) {
    private static final int MAX_GIB = 65_536;

    public Desired {
        if (generation < 1) {
            throw new IllegalArgumentException("the generation of " + id + " must be 1 or more");
        }
        if (sizeGib < 1 || sizeGib > MAX_GIB) {
            throw new IllegalArgumentException("the size of " + id + " must be 1 to 65,536 GiB");
        }
    }
}
