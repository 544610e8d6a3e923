package io.coppice.server;

/**
 * Something the operator can put right: the message says the cause, {@link #fix()} what to do. The command line prints
 * both on two lines and exits with 1; no stack trace is shown.
 */
public final class OperatorException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String fix;

    public OperatorException(String cause, String fix) {
        super(cause);
        this.fix = fix;
    }

    public OperatorException(String cause, String fix, Throwable e) {
        super(cause, e);
        this.fix = fix;
    }

    /** What to do about it, one sentence. */
    public String fix() {
        return fix;
    }
}
