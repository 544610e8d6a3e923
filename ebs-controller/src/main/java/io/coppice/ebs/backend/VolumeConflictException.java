package io.coppice.ebs.backend;

import io.coppice.foundation.id.VolumeId;
import java.io.IOException;

/** There is a volume of that id already, and it is another. The message is for the user. */
public final class VolumeConflictException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Says what stands in the way. */
    public VolumeConflictException(VolumeId id, long presentBytes, long wantedBytes) {
        super(id + " has " + presentBytes + " bytes already and cannot be made with " + wantedBytes);
    }
}
