package io.coppice.walrus.bundle;

import java.io.IOException;

/** A bundle that is not what it must be; the message tells its maker what to do. */
public final class BundleException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Says what is wrong and what helps. */
    public BundleException(String message) {
        super(message);
    }

    /** As above, found out by something that failed. */
    public BundleException(String message, Throwable cause) {
        super(message, cause);
    }
}
