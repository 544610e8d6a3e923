package io.coppice.ebs.archive;

import java.io.IOException;

/** What was given is no archive that can be used; the message tells its owner why. */
public final class UnusableArchiveException extends IOException {
    private static final long serialVersionUID = 1L;

    UnusableArchiveException(String message) {
        super(message);
    }
}
