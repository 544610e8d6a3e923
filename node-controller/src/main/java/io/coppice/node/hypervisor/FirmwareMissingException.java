package io.coppice.node.hypervisor;

/** A guest wants a firmware that this host has not got. */
public final class FirmwareMissingException extends HypervisorException {
    private static final long serialVersionUID = 1L;

    /** Says which one, for the log. */
    public FirmwareMissingException(String message) {
        super(message);
    }
}
