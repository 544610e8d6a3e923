package io.coppice.walrus.blob;

import java.io.IOException;

/** The store has no room for what was to be written. */
public final class InsufficientSpaceException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Says where there is no room. */
    public InsufficientSpaceException(String message) {
        super(message);
    }

    /** As above, found out by a write that failed. */
    public InsufficientSpaceException(String message, IOException cause) {
        super(message, cause);
    }
}
