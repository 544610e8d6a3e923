package io.coppice.walrus.blob;

import java.io.IOException;

/** The store cannot be written now: its disk is read-only, gone, or fails. */
public final class StoreUnavailableException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Says which store, and what went wrong. */
    public StoreUnavailableException(String message, IOException cause) {
        super(message, cause);
    }
}
