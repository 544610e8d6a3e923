package io.coppice.ebs.backend;

import java.io.IOException;

/** There is no room for a volume. The message is for the user. */
public final class NoCapacityException extends IOException {
    private static final long serialVersionUID = 1L;

    /** Says how much was asked for and how much there is. */
    public NoCapacityException(long askedBytes, long freeBytes) {
        super("a volume of " + askedBytes + " bytes was asked for and " + freeBytes
                + " bytes are free: delete volumes or make a smaller one");
    }
}
