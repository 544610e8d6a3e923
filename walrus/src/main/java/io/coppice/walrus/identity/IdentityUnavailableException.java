package io.coppice.walrus.identity;

/** Nobody can tell who signs now: the Cloud Controller does not answer. Try again later. */
public final class IdentityUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says what did not answer. */
    public IdentityUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
