package io.coppice.walrus.blob;

import java.io.IOException;

/** The store cannot be used now: its disk is read-only, gone or fails, or another store does not answer. */
public final class StoreUnavailableException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Says which store, and what went wrong. */
    public StoreUnavailableException(String message, Exception cause) {
        super(message, cause);
    }
}
