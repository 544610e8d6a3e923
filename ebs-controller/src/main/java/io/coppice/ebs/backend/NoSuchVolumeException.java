package io.coppice.ebs.backend;

import io.coppice.foundation.id.VolumeId;
import java.io.IOException;

/** A volume that is not there. The message is for the user. */
public final class NoSuchVolumeException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Says which one. */
    public NoSuchVolumeException(VolumeId id) {
        super("there is no volume " + id);
    }
}
