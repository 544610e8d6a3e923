package io.coppice.foundation.role;

/** A role could not start. The message says the cause; {@link #fix()} says what a person can do about it. */
public final class RoleStartException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String fix;

    public RoleStartException(String cause, String fix, Throwable e) {
        super(cause, e);
        this.fix = fix;
    }

    public RoleStartException(String cause, String fix) {
        super(cause);
        this.fix = fix;
    }

    /** What to do about it, one sentence. */
    public String fix() {
        return fix;
    }
}
