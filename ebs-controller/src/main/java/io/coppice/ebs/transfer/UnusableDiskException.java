package io.coppice.ebs.transfer;

import java.io.IOException;

/** What was fetched is no disk that can be used; the message tells its owner why and what helps. */
final class UnusableDiskException extends IOException {
    private static final long serialVersionUID = 1L;

    UnusableDiskException(String message) {
        super(message);
    }
}
