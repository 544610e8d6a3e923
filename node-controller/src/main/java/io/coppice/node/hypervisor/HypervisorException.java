package io.coppice.node.hypervisor;

/** The hypervisor refused or is not there. The message is for the operator's log; users get a plain failure code. */
public final class HypervisorException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public HypervisorException(String message) {
        super(message);
    }

    public HypervisorException(String message, Throwable cause) {
        super(message, cause);
    }
}
