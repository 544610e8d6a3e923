package io.coppice.node.hypervisor;

/** The hypervisor refused or is not there. The message is for the operator's log; users get a plain failure code. */
public sealed class HypervisorException extends RuntimeException permits FirmwareMissingException {
    private static final long serialVersionUID = 1L;

    public HypervisorException(String message) {
        super(message);
    }

    public HypervisorException(String message, Throwable cause) {
        super(message, cause);
    }
}
