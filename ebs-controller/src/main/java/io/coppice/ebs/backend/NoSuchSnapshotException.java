package io.coppice.ebs.backend;

import io.coppice.foundation.id.SnapshotId;
import java.io.IOException;

/** A snapshot that is not there, or not fit for what is asked. The message is for the user. */
public final class NoSuchSnapshotException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Says which one, and why: a sentence without a full stop. */
    public NoSuchSnapshotException(SnapshotId id, String why) {
        super("the snapshot " + id + " cannot be used: " + why);
    }
}
