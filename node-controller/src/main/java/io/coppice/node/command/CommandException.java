package io.coppice.node.command;

import java.io.IOException;

/** A program of the host could not be run, did not end in time or failed. The message is for the operator's log. */
public final class CommandException extends IOException {
    private static final long serialVersionUID = 1L;

    public CommandException(String message) {
        super(message);
    }

    public CommandException(String message, Throwable cause) {
        super(message, cause);
    }
}
